"""PDFs and zipped documents, written by hand."""

import io
import zipfile
from collections.abc import Mapping

LOCKED = (
    f"<< /Filter /Standard /V 1 /R 2 /P -4 /O <{'41' * 32}> /U <{'42' * 32}> >>"  # no password fits
)
BOX = "q 1 0 0 rg 0 {half} {width} {half} re f 0 0 1 rg 0 0 {width} {half} re f Q"


def page_of(width: float = 200, height: float = 100, text: str = "", turn: int = 0) -> str:
    """What `pdf` makes a page of: red above, blue below, and a text."""
    drawn = BOX.format(width=width, half=height / 2)
    words = f"BT /F 12 Tf 10 10 Td ({text}) Tj ET" if text else ""
    return f"{width} {height} {turn}|{drawn} {words}"


def pdf(*pages: str, encrypt: bool = False, before: bytes = b"") -> bytes:
    """A PDF of these pages, with a table of its objects."""
    kids = " ".join(f"{4 + 2 * place} 0 R" for place in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for place, page in enumerate(pages):
        size, _, content = page.partition("|")
        width, height, turn = size.split()
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Rotate {turn} "
            f"/Resources << /Font << /F 3 0 R >> >> /Contents {5 + 2 * place} 0 R >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    more = f"/Encrypt {LOCKED} /ID [<{'43' * 16}> <{'43' * 16}>]" if encrypt else ""
    return before + with_table(objects, more)


def with_table(objects: list[str], more: str = "") -> bytes:
    """A PDF of these objects, the first of which is its catalog."""
    written, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n{each}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(objects) + 1
    return written + (
        f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n"
        f"<< /Size {count} /Root 1 0 R {more} >>\nstartxref\n{len(written)}\n%%EOF\n"
    ).encode("latin-1")


def zipped(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()
