"""Documents: which kind of zipped document a file is, by its parts, and its words."""

from collections.abc import Iterator
from pathlib import Path

from mserve.errors import TaskError
from mserve.tasks.library import book, package
from mserve.tasks.library.office import read_document, read_slides
from mserve.tasks.library.opendocument import CONTENT, is_encrypted, read_opendocument
from mserve.tasks.library.package import Package
from mserve.tasks.library.relations import main_part
from mserve.tasks.library.workbook import read_workbook

KIND = "mimetype"  # the part of ODF and EPUB that holds their media type
OPENDOCUMENT = b"application/vnd.oasis.opendocument."
OFFICE = "[Content_Types].xml"
READERS = {"word": read_document, "xl": read_workbook, "ppt": read_slides}  # by the main folder


def read(path: Path, details: dict[str, str]) -> Iterator[str]:
    """The words of the document, in pieces; what it says of itself goes into `details`.

    Raises TaskError for a zip that is no such document, is broken or encrypted, or is a bomb.
    """
    with package.opened(path) as opened:
        yield from _pieces(opened, details)


def _pieces(opened: Package, details: dict[str, str]) -> Iterator[str]:
    kind = opened.read(KIND, 100) if KIND in opened.names else b""
    if kind.startswith(OPENDOCUMENT) and CONTENT in opened.names:
        if is_encrypted(opened):
            raise TaskError("the document is encrypted")
        return read_opendocument(opened)
    if book.CONTAINER in opened.names:
        return book.read_book(opened, details)
    if OFFICE in opened.names:
        part = main_part(opened)
        folder = part.partition("/")[0]
        if folder in READERS:
            return READERS[folder](opened, part)
    raise TaskError("a zip that is no document; of those DOCX, XLSX, PPTX, ODF and EPUB are read")
