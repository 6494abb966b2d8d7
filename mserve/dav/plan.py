"""Plan: how the properties that a request wants are written, of files and of what has children."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from mserve.dav.live import LIVE, OF_USAGE, USUAL, Property
from mserve.dav.wanted import ALL, NAMES, Wanted
from mserve.dav.xml import Name, empty, tags
from mserve.resources.roles import Permission

FOUND = "<D:status>HTTP/1.1 200 OK</D:status></D:propstat>"
LACKING = "<D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>"

Dead = Mapping[Name, str]
"""Properties that clients have set, each as its whole element."""


class Field(NamedTuple):
    """A property that is wanted: its tags around what `of` says; `told` where that is nothing."""

    name: Name
    start: str
    end: str
    of: Property
    told: bool


@dataclass(frozen=True)
class Plan:
    """`fields` of files (True) and of others."""

    wanted: Wanted
    fields: Mapping[bool, tuple[Field, ...]]

    def stats(self, node: Any, file: bool, dead: Dead) -> str:
        """The propstat elements of a node."""
        found, lacking = [], []
        for name, start, end, of, told in self.fields[file]:
            value = None if name in dead else of(node)
            if value is not None:
                found.append(f"{start}{value}{end}")
            elif told and name not in dead:
                lacking.append(empty(name))
        return _stats("".join((*found, *self._of_dead(dead))), "".join(lacking))

    def _of_dead(self, dead: Dead) -> Iterator[str]:
        if self.wanted.kind == ALL:
            yield from dead.values()
        elif self.wanted.kind == NAMES:
            yield from map(empty, dead)
        else:
            yield from (dead[name] for name in self.wanted.names if name in dead)


def plan_for(request: Any, top: Any, wanted: Wanted) -> Plan:
    """How it is written for who may see `top`."""
    return plan_of(wanted, bool(request.has_permission(Permission.USAGE, top)))


@lru_cache(32)
def plan_of(wanted: Wanted, usage: bool) -> Plan:
    """The same one for those that want the same: clients have few wishes."""
    hidden = frozenset() if usage else OF_USAGE
    return Plan(wanted, {file: tuple(_fields(wanted, file, hidden)) for file in (True, False)})


def _fields(wanted: Wanted, file: bool, hidden: frozenset[Name]) -> Iterator[Field]:
    live = {name: of for name, of in LIVE[file].items() if name not in hidden}
    return fields_of(wanted, live, USUAL[file])


def fields_of(
    wanted: Wanted, live: Mapping[Name, Property], usual: Iterable[Name]
) -> Iterator[Field]:
    """Of the properties in `live` those that are wanted; without a word of which, the `usual`."""
    if wanted.kind == NAMES:
        for name, of in live.items():
            yield Field(name, empty(name), "", _nothing_of(of), False)
        return
    some = usual if wanted.kind == ALL else ()
    for name in dict.fromkeys((*some, *wanted.names)):
        yield Field(name, *tags(name), live.get(name, _none), name in wanted.names)


def _nothing_of(of: Property) -> Callable[[Any], str | None]:
    """Says nothing of a value but that there is one."""
    return lambda node: None if of(node) is None else ""


def _none(node: Any) -> None:
    """What is not live."""


def _stats(found: str, lacking: str) -> str:
    there = f"<D:propstat><D:prop>{found}</D:prop>{FOUND}"
    missing = f"<D:propstat><D:prop>{lacking}</D:prop>{LACKING}"
    return there + missing if found and lacking else missing if lacking else there
