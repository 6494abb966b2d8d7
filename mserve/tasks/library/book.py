"""Book: the words of an EPUB (EPUB 3.3), chapter by chapter."""

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote

from mserve.errors import TaskError
from mserve.tasks.library import charset, hypertext
from mserve.tasks.library.markup import START, TEXT, Event
from mserve.tasks.library.package import Package

CONTAINER, ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"


def read_book(package: Package, details: dict[str, str]) -> Iterator[str]:
    """The chapters in their order; the book's language goes into `details`.

    Raises TaskError for what is encrypted.
    """
    outline = _first(package, CONTAINER, "rootfile", "full-path")
    folder = posixpath.dirname(outline)
    locked = {posixpath.normpath(each) for each in _locked(package)}
    for name in _chapters(package, outline, details):
        part = posixpath.normpath(posixpath.join(folder, name))
        if part in locked:
            raise TaskError("the book is encrypted, so that only those who bought it can read it")
        if part in package.names:
            yield from _words(package, part)
            yield "\n\n"


def _words(package: Package, part: str) -> Iterator[str]:
    """A chapter; what is no well-formed XHTML is read as the HTML that it resembles."""
    head = package.read(part, hypertext.HEAD)
    encoding = charset.of_bytes(head, hypertext.announced(head)) or charset.LATIN
    yield from hypertext.Page().words(charset.decoded(package.blocks(part), encoding))


def _chapters(package: Package, outline: str, details: dict[str, str]) -> list[str]:
    """The files of the spine, by the names that the manifest gives them."""
    files: dict[str, str] = {}
    spine: list[str] = []
    inside = ""
    for event in package.events(outline):
        told = _told(event)
        if event.kind == START:
            inside = event.name.local
        if event.kind == TEXT and inside == "language" and hypertext.language(event.text):
            details.setdefault("language", event.text.strip())
        elif event.kind == START and inside == "item":
            files[told.get("id", "")] = unquote(told.get("href", ""))
        elif event.kind == START and inside == "itemref":
            spine.append(told.get("idref", ""))
    return [files[each] for each in spine if each in files]


def _first(package: Package, part: str, element: str, attribute: str) -> str:
    for event in package.events(part):
        if event.kind == START and event.name.local == element:
            return _told(event).get(attribute, "")
    raise TaskError(f"the book is broken: {part} names no {element}")


def _locked(package: Package) -> Iterator[str]:
    """The parts that are encrypted."""
    if ENCRYPTION not in package.names:
        return
    for event in package.events(ENCRYPTION):
        if event.kind == START and event.name.local == "CipherReference":
            yield unquote(_told(event).get("URI", ""))


def _told(event: Event) -> dict[str, str]:
    return {name.local: value for name, value in event.attributes.items()}
