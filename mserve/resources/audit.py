"""Audit: what was decided, by whom, through which door, recorded in the transaction that does it.

`record` is the one call; who asks is told before it by `asked_by`, inside the act, as several
requests may be stored in one transaction by one thread. docs/audit.md has what the actions mean.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ZODB.utils import z64

from mserve.resources.actions import CHANGES
from mserve.resources.actions import Action as Action
from mserve.resources.asker import who_asks

Facts = Mapping[str, Any]
Stored = tuple[str, str, str, str, bytes, str, Facts | None, Facts | None]
"""actor, door, address, action, ids of the node and those above, path, before, after."""

LONGEST = 255  # characters of a value that are kept: all of a name
LONGEST_PATH = 1000  # characters
CUT = "…"
IDS = 32  # ids of a lineage that are kept from either end
WIDTH = 16  # bytes of an id


class Subject(NamedTuple):
    """What an event is about: the ids in a node's lineage but the site's, and its path."""

    ids: bytes
    path: str

    @classmethod
    def of(cls, node: Any) -> "Subject":
        """A node that is in the tree."""
        return cls.below(node, ())

    @classmethod
    def below(cls, above: Any, names: tuple[str, ...], *ids: str) -> "Subject":
        """What lies or lay at the path `names` below the node `above`, with the id in `ids`."""
        known, way = [*ids], [*names]
        for each in above.lineage():
            if each.type != "site":
                known.append(each.id)
                way.insert(0, each.__name__ or "")
        known = known if len(known) <= 2 * IDS else known[:IDS] + known[-IDS:]
        return cls(bytes.fromhex("".join(known)), _shortened("/".join(way)))

    @property
    def service(self) -> str | None:
        """The id of the service that it is in, or is; None above them."""
        return self.ids[-2 * WIDTH : -WIDTH].hex() or None


def _shortened(path: str) -> str:
    return path if len(path) <= LONGEST_PATH else CUT + path[-LONGEST_PATH:]


def record(
    node: Any,
    action: Action,
    before: Facts | None = None,
    after: Facts | None = None,
    left: Any = None,
) -> None:
    """Adds an event about `node`, which is in the tree, to the log, if the transaction commits.

    before, after: a few short facts of what was and what is; texts are cut, secrets never given.
    left: the service that it was in before, if it is in another now.
    """
    site, subject = node.site, Subject.of(node)
    entry = site.audit.note(_stored(subject, action, before, after))
    if action in CHANGES:
        for id in {subject.service, left and left.id} - {None}:
            site.audit.index_change(id, entry.key)
    if _is_new(node) and node.entered in (None, entry.key):
        node.entered = entry.key
    else:
        site.audit.index(node.id, entry.key)


def record_gone(
    above: Any, names: tuple[str, ...], id: str, action: Action, after: Facts | None = None
) -> None:
    """As `record`, about what is not in the tree any more: it was at `names` below `above`."""
    log = above.site.audit
    entry = log.note(_stored(Subject.below(above, names, id), action, None, after))
    log.index(id, entry.key)


def _stored(subject: Subject, action: Action, before: Facts | None, after: Facts | None) -> Stored:
    asker = who_asks()
    who = (asker.actor, asker.door, asker.address)
    return (*who, action.value, *subject, short(before), short(after))


def changes(before: Facts, after: Facts, *kept: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Of both what differs, and the fields `kept`."""
    names = {*before, *after}
    differ = {name for name in names if before.get(name) != after.get(name)} | {*kept}
    return (
        {name: before.get(name) for name in before if name in differ},
        {name: after.get(name) for name in after if name in differ},
    )


def short(facts: Facts | None) -> Facts | None:
    """`facts` with its texts cut, and what is neither number nor text told as one."""
    return None if facts is None else {name: _short(value) for name, value in facts.items()}


def _short(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + CUT


def _is_new(node: Any) -> bool:
    """Whether it comes into being by this very transaction, which so writes it anyway."""
    return bool(node._p_serial in (None, z64))
