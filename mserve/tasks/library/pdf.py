"""PDFs from anyone: pages drawn and read by PDFium, and its faults told in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image

from mserve.errors import TaskError

BLANK = b"\xef\xbb\xbf\0\t\n\f\r "  # what is forgiven before the header
HEADER = b"%PDF-"
SIDE = 14_400  # points, the greatest side of a page: ISO 32000-1, annex C.2
HAIR = 1 - 1e-6  # keeps a side that is rounded up inside its box
LOCKED = (pdfium.raw.FPDF_ERR_PASSWORD, pdfium.raw.FPDF_ERR_SECURITY)


def is_pdf(path: Path) -> bool:
    """Whether the file begins as a PDF does."""
    with path.open("rb") as stream:
        return stream.read(1024).lstrip(BLANK).startswith(HEADER)


def draw(path: Path, box: tuple[int, int], number: int = 1) -> Image.Image:
    """Page `number`, counted from 1, as large as fits in `box` (pixels), on white, of mode RGB.

    Raises TaskError for a PDF that is encrypted or broken, and a page that is missing or gigantic.
    """
    with _opened(path) as document:
        document.init_forms()
        page = document[_index(document, number)]
        width, height = page.get_size()
        if max(width, height) > SIDE:
            raise TaskError(
                f"page {number} measures {width:.0f} × {height:.0f} points; "
                f"{SIDE} × {SIDE} is the most"
            )
        scale = min(box[0] / width, box[1] / height) * HAIR
        image: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
        image.load()
        return image


def count(path: Path) -> int:
    """How many pages it has; raises TaskError for a PDF that is encrypted or broken."""
    with _opened(path) as document:
        return len(document)


def read(path: Path) -> Iterator[str]:
    """The text of page after page; raises TaskError for a PDF that is encrypted or broken."""
    with _opened(path) as document:
        for index in range(len(document)):
            page = document[index]
            yield page.get_textpage().get_text_bounded().replace("\r\n", "\n")
            yield "\n\n"
            page.close()


@contextmanager
def _opened(path: Path) -> Iterator[pdfium.PdfDocument]:
    try:
        with pdfium.PdfDocument(path) as document:
            yield document
    except pdfium.PdfiumError as fault:
        if fault.err_code in LOCKED:
            raise TaskError(
                "the PDF is encrypted; it can be read without a password only"
            ) from fault
        raise TaskError(f"the PDF is broken: {fault}") from fault


def _index(document: pdfium.PdfDocument, number: int) -> int:
    """Counted from 0; raises TaskError where there is no page `number`."""
    pages = len(document)
    if pages == 0:
        raise TaskError("the PDF has no pages")
    if number > pages:
        raise TaskError(f"there is no page {number}; the PDF has {pages}")
    return number - 1
