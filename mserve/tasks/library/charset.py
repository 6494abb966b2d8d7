"""Charset: the text that bytes are, by their mark, by what they announce, or by their look."""

import codecs
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from mserve.tasks.library import libmagic

BLOCK = 1 << 16
SAMPLE = 1 << 20  # bytes by which UTF-8 is told
MARKS = {  # byte order marks; that of UTF-32 begins like that of UTF-16
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
LATIN = "cp1252"  # what is called Latin-1 or ASCII, as browsers take it (WHATWG Encoding, 4.2)
LATIN_NAMES = re.compile(r"(iso[-_]?8859[-_]?1|latin[-_]?1|us-ascii|ascii)", re.I)
WIDE = ("utf-16", "utf16", "utf-32", "utf32")  # no page that says so in ASCII is
KNOWN = re.compile(  # Python's codecs do more than charsets
    r"(utf[-_]?(8|16|32)([-_]?[lb]e)?|iso[-_]?8859[-_]?\d+|(windows[-_]?|cp)(125\d|874|437|850)"
    r"|koi8[-_][ru]|shift[-_]?jis|euc[-_]?(jp|kr)|gbk|gb2312|gb18030|big5|iso-2022-jp|macintosh)",
    re.I,
)


def known(name: str) -> str:
    """What Python calls the charset `name`; an empty text for what is none."""
    if LATIN_NAMES.fullmatch(name):
        return LATIN
    if not KNOWN.fullmatch(name):
        return ""
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""


def of_file(path: Path, announced: str = "") -> str:
    """The charset of the text in the file; `announced` is what it says of itself."""
    with path.open("rb") as stream:
        sample = stream.read(SAMPLE)
    return of_bytes(sample, announced) or known(libmagic.detect(path).encoding) or LATIN


def of_bytes(sample: bytes, announced: str = "") -> str:
    """The same by the first bytes; an empty text where they leave it open."""
    for mark, charset in MARKS.items():
        if sample.startswith(mark):
            return charset
    wide = announced.lower().startswith(WIDE)
    return ("" if wide else known(announced)) or ("utf-8" if _is_utf8(sample) else "")


def is_marked(sample: bytes) -> bool:
    """Whether the bytes begin with the mark of a text in Unicode."""
    return sample.startswith(tuple(MARKS))


def _is_utf8(sample: bytes) -> bool:
    """Whether it is UTF-8 as far as it goes; zeros are rather UTF-16."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return b"\0" not in sample


def decoded(blocks: Iterable[bytes], charset: str) -> Iterator[str]:
    """The text of the bytes; what does not belong to the charset becomes U+FFFD."""
    decoder = codecs.getincrementaldecoder(charset)("replace")
    for block in blocks:
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def blocks_of(path: Path) -> Iterator[bytes]:
    """The bytes of a file, block by block."""
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            yield block
