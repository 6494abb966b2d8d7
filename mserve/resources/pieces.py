"""Pieces of a profile at their places below it: `<profile>/workflows/ingest/sets/0/tasks/1`.

What follows the profile in the path is the piece's JSON Pointer (RFC 6901) in the profile's
document. Not stored; they only say what is where.
"""

from collections.abc import Iterator, Mapping
from typing import Any


class Piece:
    """A part of a profile's document; `value` is what it shows."""

    def __init__(self, parent: Any, name: str, value: Any) -> None:
        self.__parent__ = parent
        self.__name__ = name
        self.value = value

    @property
    def profile(self) -> Any:
        above = self.__parent__
        return above.profile if isinstance(above, Piece) else above

    @property
    def steps(self) -> tuple[str, ...]:
        """The names on the way from the profile to here."""
        above = self.__parent__
        return (*(above.steps if isinstance(above, Piece) else ()), self.__name__)

    def __getitem__(self, name: str) -> "Piece":
        raise KeyError(name)


class Workflows(Piece):
    """`<profile>/workflows`."""

    def __getitem__(self, name: str) -> Piece:
        return WorkflowPiece(self, name, self.value[name])


class WorkflowPiece(Piece):
    """`workflows/<name>`."""

    def __getitem__(self, name: str) -> Piece:
        if name != "sets":
            raise KeyError(name)
        return Sets(self, name, self.value.sets)


class Sets(Piece):
    """`<workflow>/sets`, to which sets are added."""

    def __getitem__(self, name: str) -> Piece:
        return SetPiece(self, name, self.value[index(name, len(self.value))])


class SetPiece(Piece):
    """`sets/<number>`."""

    def __getitem__(self, name: str) -> Piece:
        if name != "tasks":
            raise KeyError(name)
        return Specs(self, name, self.value.tasks)


class Specs(Piece):
    """`<set>/tasks`, to which tasks are added."""

    def __getitem__(self, name: str) -> Piece:
        return SpecPiece(self, name, self.value[index(name, len(self.value))])


class SpecPiece(Piece):
    """`tasks/<number>`."""


class Editions:
    """`<profile>/versions`: what the profile was, and is."""

    __name__ = "versions"

    def __init__(self, profile: Any) -> None:
        self.__parent__ = self.profile = profile

    def __getitem__(self, name: str) -> "EditionView":
        edition = self.profile.find_edition(index(name, 1 << 31))
        if edition is None:
            raise KeyError(name)
        return EditionView(self, edition)

    def page(self, before: int | None, limit: int) -> Iterator["EditionView"]:
        """Up to `limit` of them, the newest first, those `before` a version."""
        for edition in self.profile.page_editions(before, limit):
            yield EditionView(self, edition)


class EditionView:
    """One version of a profile, with what is the profile's own; it never changes."""

    def __init__(self, editions: Editions, edition: Any) -> None:
        self.__parent__ = editions
        self.__name__ = str(edition.version)
        self.profile = editions.profile
        self.name: str = editions.profile.name
        self.edition = edition
        self.version: int = edition.version
        self.workflows: Mapping[str, Any] = edition.workflows


def index(name: str, end: int) -> int:
    """The number below `end` that `name` is, as JSON Pointers have it; else KeyError."""
    known = name.isascii() and name.isdecimal() and len(name) <= len(str(end))
    if not known or str(int(name)) != name or int(name) >= end:
        raise KeyError(name)
    return int(name)
