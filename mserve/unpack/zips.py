"""Zip archives (PKWARE APPNOTE 6.3): the entries of the central directory, read one by one."""

import os
import stat
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from mserve.errors import BadArchive, TooLarge
from mserve.resources.spool import BLOCK
from mserve.unpack.entries import Found, Limits

METHODS = frozenset({ZIP_STORED, ZIP_DEFLATED, ZIP_BZIP2})  # LZMA may ask for 4 GiB of memory
UNIX = 3
ENCRYPTED = 1
ENTRY = 1024  # bytes of the central directory for each entry allowed; it is read into memory
END = struct.Struct("<4s4H2LH")  # 4.3.16
END64 = struct.Struct("<4sQ2H2L4Q")  # 4.3.14
LOCATOR = struct.Struct("<4sLQL")  # 4.3.15
BROKEN = (BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, struct.error)


def zip_entries(path: str, limits: Limits) -> Iterator[Found]:
    """Raises BadArchive where it is broken or holds what is not unpacked, TooLarge."""
    try:
        with open(path, "rb") as file:
            _check_directory(file, limits)
            with ZipFile(file) as archive:
                for info in archive.infolist():
                    yield _found(archive, info)
    except BROKEN as fault:
        raise BadArchive(f"the zip archive cannot be read: {fault}") from fault


def _check_directory(file: BinaryIO, limits: Limits) -> None:
    """Refuses a directory that is too large before it is read."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - END.size - 0xFFFF)
    file.seek(start)
    tail = file.read()
    place = tail.rfind(b"PK\5\6")
    if place < 0 or place + END.size > len(tail):
        raise BadZipFile("it has no end of a central directory")
    entries, length = END.unpack_from(tail, place)[4:6]
    file.seek(max(0, start + place - LOCATOR.size))
    locator = file.read(LOCATOR.size)
    if locator[:4] == b"PK\6\7":
        file.seek(LOCATOR.unpack(locator)[2])
        entries, length = END64.unpack(file.read(END64.size))[7:9]
    if entries > limits.files or length > limits.files * ENTRY:
        raise TooLarge(f"the archive has more than {limits.files} files and folders")
    file.seek(0)


def _found(archive: ZipFile, info: ZipInfo) -> Found:
    name = info.orig_filename  # ZipInfo.filename ends at a NUL
    if "/" not in name and info.create_system != UNIX:
        name = name.replace("\\", "/")
    kind = stat.S_IFMT(info.external_attr >> 16) if info.create_system == UNIX else 0
    folder = name.endswith("/")
    if kind not in (0, stat.S_IFDIR if folder else stat.S_IFREG):
        raise BadArchive(f"{name!r} is a link or device; only files and folders are unpacked")
    if info.flag_bits & ENCRYPTED:
        raise BadArchive(f"{name!r} is encrypted")
    if info.compress_type not in METHODS:
        raise BadArchive(f"{name!r} is compressed by method {info.compress_type}, not known here")
    return Found(name, None if folder else _blocks(archive, info))


def _blocks(archive: ZipFile, info: ZipInfo) -> Iterator[bytes]:
    """The bytes; zipfile compares their CRC and size in the end."""
    try:
        with archive.open(info) as source:
            while block := source.read(BLOCK):
                yield block
    except (*BROKEN, RuntimeError) as fault:
        raise BadArchive(f"{info.orig_filename!r} cannot be unpacked: {fault}") from fault
