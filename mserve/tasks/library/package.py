"""Package: a document that is a zip of XML files, read with caps against zip bombs."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EINVAL, EOVERFLOW
from pathlib import Path
from struct import error as StructError  # noqa: N812 - what zipfile raises on some broken headers

from mserve.errors import TaskError
from mserve.tasks.library.markup import Event, MarkupError, read_events

ENTRIES = 10_000
INFLATED = 256 << 20  # bytes that are inflated in all
RATIO = 200  # of inflated to stored bytes; deflate can do 1032, honest documents about 50…
SMALL = 4 << 20  # …and those that are small once inflated do no harm
BLOCK = 1 << 16
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # ISO/IEC 29500-2, ISO/IEC 26300-3
ENCRYPTED = 0x1  # of the flags: APPNOTE.TXT, section 4.4.4
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, StructError, ValueError)


class Package:
    """The parts of a document, by their names."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = INFLATED
        self.names = frozenset(archive.namelist())

    def blocks(self, name: str) -> Iterator[bytes]:
        """The bytes of a part; raises TaskError for a part that is missing, encrypted or a bomb."""
        if name not in self.names:
            raise TaskError(f"the document is broken: it has no part {name:.100}")
        info = self._archive.getinfo(name)
        _check(info)
        with self._archive.open(info) as stream:
            while block := stream.read(BLOCK):
                self._left -= len(block)
                if self._left < 0:
                    raise TaskError(f"the document holds more than {INFLATED} bytes of text")
                yield block

    def events(self, name: str) -> Iterator[Event]:
        """What is in a part that is XML; raises TaskError for one that is not."""
        try:
            yield from read_events(self.blocks(name))
        except MarkupError as fault:
            raise TaskError(f"the document is broken: {name:.100}: {fault}") from fault

    def read(self, name: str, most: int) -> bytes:
        """The first `most` bytes of a part."""
        found = b""
        for block in self.blocks(name):
            found += block
            if len(found) >= most:
                break
        return found[:most]


@contextmanager
def opened(path: Path) -> Iterator[Package]:
    """The package in the file; raises TaskError for one that is broken, also while it is read."""
    try:
        with zipfile.ZipFile(path) as archive:
            if len(archive.filelist) > ENTRIES:
                raise TaskError(f"the document has more than {ENTRIES} parts")
            yield Package(archive)
    except (OSError, *BROKEN) as fault:
        if isinstance(fault, OSError) and fault.errno not in (None, EINVAL, EOVERFLOW):
            raise  # the disk's fault; those are what a seek to a nonsensical place gives
        raise TaskError(f"the document is broken: {fault}") from fault


def _check(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & ENCRYPTED:
        raise TaskError("the document is encrypted")
    if info.compress_type not in METHODS:
        raise TaskError("the document is compressed in a way that no document is")
    if info.file_size > SMALL and info.file_size > RATIO * info.compress_size:
        raise TaskError(
            f"the document's part {info.filename:.100} grows more than {RATIO} times as it is "
            "inflated, as bombs do"
        )
