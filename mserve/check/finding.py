"""Finding: one thing that is not as it should be."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`kind`: `content`, `copy`, `index`, `usage`, `audit` or `file`; `mended`: it is right now."""

    kind: str
    where: str
    what: str
    mended: bool = False

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}: {self.what}{' (mended)' if self.mended else ''}"


def wrong(kind: str, where: str, what: str, repair: bool, mend: Callable[[], object]) -> Finding:
    """The finding, which `mend` has put right where that is wanted."""
    if repair:
        mend()
    return Finding(kind, where, what, repair)


def path(node: object) -> str:
    """Where a node is, for a person."""
    names: list[str] = []
    while node is not None:
        names.insert(0, getattr(node, "__name__", None) or "")
        node = getattr(node, "__parent__", None)
    return "/".join(names) or "/"
