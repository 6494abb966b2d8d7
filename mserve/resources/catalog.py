"""Catalog: what can be searched for in one service, by hypatia's indexes.

It is written by schedulers from the site's list of what has changed, not by uploads, which would
conflict in it. What it finds is therefore checked against the tree.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from BTrees.LOBTree import LOBTree
from hypatia.field import FieldIndex
from hypatia.keyword import KeywordIndex
from hypatia.text import TextIndex
from hypatia.text.parsetree import ParseError, QueryError
from persistent import Persistent

from mserve.errors import BadInput
from mserve.resources.ids import MOMENT, PROCESS

ORDERS = ("name", "size", "modified")
WORD_BREAKS = re.compile(r"[\W_]+")
FIRST_WORDS = 20_000  # characters of a text that are indexed


class Document(NamedTuple):
    """What the indexes know of a node."""

    name: str
    type: str
    text: str
    mimetype: str
    size: int
    modified: int
    tags: tuple[str, ...]


class Catalog(Persistent):  # type: ignore[misc]  # persistent has no types
    """Indexes over documents, and the nodes that they are of."""

    in_order = False
    """Whether what came at the same time has numbers beside each other; in old catalogs it has not.

    Then a batch of new files changes a few buckets of each index, however many files there are.
    """

    def __init__(self) -> None:
        self.in_order = True
        self.nodes = LOBTree()
        self.words = TextIndex("text")
        self.tags = KeywordIndex("tags")
        self.fields: Mapping[str, FieldIndex] = {
            name: FieldIndex(name) for name in ("name", "type", "mimetype", "size", "modified")
        }

    def _indexes(self) -> Iterable[Any]:
        return (self.words, self.tags, *self.fields.values())

    def put(self, node: Any) -> None:
        """Enters a node, or what it is by now."""
        number = self._number(node.id)
        document = document_of(node)
        self.nodes[number] = node
        for index in self._indexes():
            index.reindex_doc(number, document)

    def drop(self, id: str) -> None:
        """Takes the node of that id out, if it is there."""
        number = self._number(id)
        if self.nodes.pop(number, None) is not None:
            for index in self._indexes():
                index.unindex_doc(number)

    def _number(self, id: str) -> int:
        return number_in_order(id) if self.in_order else number_of(id)

    def contains(self, words: str) -> dict[int, float]:
        """Numbers of what holds the words, with their scores; raises BadInput.

        Words are joined by `and`, `or`, `not`, "phrases" and `prefix*` are possible.
        """
        try:
            return dict(self.words.apply(words) or {})
        except (ParseError, QueryError, RecursionError) as fault:
            raise BadInput(f"q={words:.80} cannot be searched for: {fault}") from None

    def sorted(self, numbers: Iterable[int], order: str, reverse: bool) -> Iterable[int]:
        """The numbers in the order of one of ORDERS."""
        found: Iterable[int] = self.fields[order].sort(
            self.words.family.IF.TreeSet(numbers), reverse=reverse, raise_unsortable=False
        )
        return found

    def value(self, order: str, number: int) -> Any:
        """What the document of that number is ordered by."""
        return self.fields[order]._rev_index[number]


def number_of(id: str) -> int:
    """The number of a node in an old catalog: the last 60 bits of its id."""
    return int(id[-15:], 16)


def number_in_order(id: str) -> int:
    """In a new one: 20 bits of when the id was made (resources/ids.py), in steps of 256 ms, and its
    last 40 bits."""
    moment = int(id[PROCESS : PROCESS + MOMENT], 16)
    return (moment >> 8 & 0xFFFFF) << 40 | int(id[-10:], 16)


def document_of(node: Any) -> Document:
    """What is to be known of a file or folder."""
    metadata = node.metadata
    tags = metadata.get("tags")
    tags = tuple(str(tag) for tag in tags) if isinstance(tags, (list, tuple)) else ()
    texts = (str(metadata.get(field, "")) for field in ("title", "description", "rights"))
    text = " ".join((node.__name__, WORD_BREAKS.sub(" ", node.__name__), *texts, *tags))
    file = node.type == "mfile"
    return Document(
        name=node.__name__,
        type=node.type,
        text=text[:FIRST_WORDS],
        mimetype=node.mimetype if file else "",
        size=node.content.size if file else 0,
        modified=node.modified,
        tags=tags,
    )
