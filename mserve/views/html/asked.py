"""What a listing is asked for: words, a kind of files, an order, rows or cards."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from mserve.resources.catalog import ORDERS
from mserve.resources.search import Query, find

VIEWS = ("list", "grid")
KINDS: dict[str, dict[str, Any]] = {
    "folder": {"type": "folder"},
    "image": {"mimetype": "image/*"},
    "video": {"mimetype": "video/*"},
    "audio": {"mimetype": "audio/*"},
    "text": {"mimetype": "text/*"},
    "pdf": {"mimetype": "application/pdf"},
}
AT_ONCE = 2000
"""Children that are sorted when they are asked for; of more the catalog tells the order."""
BREAKS = re.compile(r"\W+")
MOST = 200  # characters of words


@dataclass(frozen=True)
class Asked:
    """words: of names and metadata, in all below; kind: of KINDS, or none; order: of ORDERS."""

    words: str = ""
    kind: str = ""
    order: str = "name"
    reverse: bool = False
    view: str = "list"

    @classmethod
    def of(cls, query: Any) -> Self:
        """As the parameters of an address say; what they say otherwise is left out."""
        order = query.get("sort", "name")
        return cls(
            words=query.get("q", "").strip()[:MOST],
            kind=query.get("kind") if query.get("kind") in KINDS else "",
            order=order.lstrip("-") if order.lstrip("-") in ORDERS else "name",
            reverse=order.startswith("-"),
            view=query.get("view") if query.get("view") in VIEWS else "list",
        )

    @property
    def plain(self) -> bool:
        """Whether it is for all children by name, which the tree itself has pages of."""
        return not self.words and not self.kind and (self.order, self.reverse) == ("name", False)

    @property
    def sort(self) -> str:
        return f"{'-' if self.reverse else ''}{self.order}"

    @property
    def parameters(self) -> dict[str, str]:
        """Of an address that asks for the same."""
        told = {"q": self.words, "kind": self.kind, "sort": self.sort, "view": self.view}
        usual = {"q": "", "kind": "", "sort": "name", "view": "list"}
        return {name: value for name, value in told.items() if value != usual[name]}

    def address(self, **others: str) -> str:
        """A query, with the `?`, that asks for the same but for some parameters."""
        told = {**self.parameters, **others}
        return f"?{urlencode({name: each for name, each in told.items() if each})}"

    def query(self) -> Query:
        """For catalogs: each word as it is, the last one as the beginning of one."""
        words = [f'"{word}"' for word in BREAKS.split(self.words) if word]
        if words:
            words[-1] = words[-1].strip('"') + "*"
        return Query(
            words=" ".join(words),
            order=self.order,
            reverse=self.reverse,
            **KINDS.get(self.kind, {}),
        )

    def nodes(self, place: Any) -> Iterator[Any]:
        """What is asked for, at the place or below it, in order."""
        if BREAKS.sub("", self.words) or place.count() > AT_ONCE:
            return find(place, self.query(), direct=not self.words)
        return iter(self._sorted(each for _, each in place.page(AT_ONCE)))

    def _sorted(self, nodes: Iterator[Any]) -> list[Any]:
        query = self.query()
        return sorted(filter(query.matches, nodes), key=query.value, reverse=self.reverse)


def further(address: str, query: dict[str, str]) -> str:
    """The URL `address` with further parameters."""
    if not query:
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"
