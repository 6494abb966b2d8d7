"""What of their properties a request wants to know (RFC 4918, 9.1 and 14.20)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mserve.dav.xml import DAV, Name
from mserve.errors import BadInput

MOST = 200  # names in one request
ALL, SOME, NAMES = "allprop", "prop", "propname"
RIGHT = "should hold one of prop, propname and allprop"


@dataclass(frozen=True)
class Wanted:
    """`kind`: ALL that is usual and what is in `names` too, SOME that are in `names`, or NAMES."""

    kind: str = ALL
    names: tuple[Name, ...] = ()

    @classmethod
    def of_propfind(cls, root: Any) -> "Wanted":
        """As the element `root` says; without one, all. Raises BadInput."""
        if root is None:
            return cls()
        if Name.of(root) != (DAV, "propfind"):
            raise BadInput("the root element of a PROPFIND should be propfind, of DAV:")
        parts = children(root)
        kinds = [kind for kind in (ALL, SOME, NAMES) if kind in parts]
        if len(kinds) != 1:
            raise BadInput(f"propfind {RIGHT}")
        included = parts.get("include", ()) if kinds == [ALL] else parts[kinds[0]]
        return cls(kinds[0], names_of(included) if kinds != [NAMES] else ())

    @classmethod
    def of_prop(cls, element: Any) -> "Wanted":
        """What the children of `element`, a prop, name. Raises BadInput."""
        return cls(SOME, names_of(element))


def children(root: Any) -> dict[str, Any]:
    """The children of `root` that are of DAV:, by their local names."""
    named = ((Name.of(each), each) for each in root)
    return {name.local: each for name, each in named if name.space == DAV}


def names_of(elements: Iterable[Any]) -> tuple[Name, ...]:
    """Their names, each once, in order. Raises BadInput where they are too many."""
    found = tuple(dict.fromkeys(map(Name.of, elements)))
    if len(found) > MOST:
        raise BadInput(f"{len(found)} properties are named; at most {MOST} are answered at once")
    return found
