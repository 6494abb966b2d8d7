"""The text_extract task: the plain text of texts, HTML, PDF and office documents."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

from mserve.errors import TaskError
from mserve.tasks.confine import MIB, Limits
from mserve.tasks.library import charset, documents, hypertext, libmagic, pdf
from mserve.tasks.library.fields import UNPRINTABLE
from mserve.tasks.library.suffixes import PLAIN, UNKNOWN, refine
from mserve.tasks.outcome import Outcome, Output
from mserve.tasks.registry import task
from mserve.tasks.source import Source

TEXTS = frozenset(  # what is a text though its type does not begin with text/
    "application/" + each
    for each in (
        *("geo+json", "javascript", "json", "ld+json", "manifest+json", "sql", "toml", "xml"),
        *("x-ipynb+json", "x-ndjson", "x-subrip", "yaml", "gpx+xml", "rss+xml", "atom+xml"),
    )
)
NOT_READ = frozenset({"text/rtf"})  # begins with text/, and is not
HTML = frozenset({"text/html", "application/xhtml+xml"})
ZIPPED = b"PK\3\4"
READABLE = "text, HTML, PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP and EPUB"
SPARE = 2  # times as much is gathered, as blanks may go

Characters = Annotated[int, range(1, 10_000_001)]


@task("text_extract", timeout=300.0, limits=Limits(memory=768 * MIB, cpu=120, file=64 * MIB),
      tools=("libmagic", "pypdfium2", "PDFium"))  # fmt: skip
def text_extract(source: Source, *, characters: Characters = 100_000) -> Outcome:
    """Read the plain text of a document."""
    details: dict[str, str] = {}
    text, truncated = _cut(_read(source, details), characters)
    path = source.scratch / "text.txt"
    path.write_text(text, "utf-8", "replace")
    return Outcome(
        {"characters": len(text), "truncated": truncated, **details},
        outputs=(Output("text", path, "text/plain; charset=utf-8"),),
    )


def _cut(pieces: Iterable[str], most: int) -> tuple[str, bool]:
    """The first `most` characters of the pieces, and whether there were more."""
    kept, length = [], 0
    for piece in filter(None, pieces):
        kept.append(piece)
        length += len(piece)
        if length > SPARE * most:
            break
    text = _tidy("".join(kept))
    return text[:most], length > SPARE * most or len(text) > most


def _tidy(text: str) -> str:
    """Without control characters, blanks at the ends of lines, and blank lines in a row."""
    text = UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = [line.rstrip() for line in text.split("\n")]
    return "\n".join(line for line, last in zip(lines, ["", *lines], strict=False) if line or last)


def _read(source: Source, details: dict[str, str]) -> Iterator[str]:
    """The text of the file in pieces; what else is found out goes into `details`."""
    path = source.path
    with path.open("rb") as stream:
        first = stream.read(len(ZIPPED))
    if first == ZIPPED:
        return documents.read(path, details)
    if pdf.is_pdf(path):
        return pdf.read(path)
    mimetype = _mimetype(source, first)
    if mimetype in HTML:
        return _read_html(path, details)
    if mimetype in TEXTS or (mimetype.startswith("text/") and mimetype not in NOT_READ):
        return _read_text(path, details)
    raise TaskError(f"there is no text to be read in {mimetype}; readable are {READABLE}")


def _mimetype(source: Source, first: bytes) -> str:
    """What libmagic finds, which has no opinion of a single byte, nor of some marks of Unicode."""
    found = refine(libmagic.detect(source.path).mimetype, source.name)
    single = source.size == 1 and first.isascii()
    return PLAIN if found == UNKNOWN and (single or charset.is_marked(first)) else found


def _read_text(path: Path, details: dict[str, str]) -> Iterator[str]:
    details["encoding"] = charset.of_file(path)
    return charset.decoded(charset.blocks_of(path), details["encoding"])


def _read_html(path: Path, details: dict[str, str]) -> Iterator[str]:
    with path.open("rb") as stream:
        announced = hypertext.announced(stream.read(hypertext.HEAD))
    details["encoding"] = charset.of_file(path, announced)
    page = hypertext.Page()
    for words in page.words(charset.decoded(charset.blocks_of(path), details["encoding"])):
        if page.language:
            details["language"] = page.language
        yield words
