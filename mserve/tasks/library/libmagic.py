"""libmagic: what the first bytes of a file are, from pylibmagic's copy or the system's.

pylibmagic makes itself found by LD_LIBRARY_PATH and by a patch of ctypes. Both are undone once
libmagic is loaded: child processes must not inherit them.
"""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

from mserve.errors import TaskError

DESCRIPTION_LIMIT = 500  # characters; parts of it are the file's own words


class Detected(NamedTuple):
    """`encoding` is a charset, `binary` for what is no text."""

    mimetype: str
    encoding: str
    description: str


@contextmanager
def _kept_environment() -> Iterator[None]:
    environment, constructor = dict(os.environ), ctypes.CDLL.__init__
    try:
        yield
    finally:
        for name in os.environ.keys() - environment.keys():
            del os.environ[name]
        os.environ.update(environment)
        setattr(ctypes.CDLL, "__init__", constructor)  # noqa: B010 - no assignment to a method


with _kept_environment():
    try:
        import pylibmagic

        DATABASE: str | None = str(pylibmagic.data.joinpath("magic.mgc"))
    except (ImportError, OSError):  # no wheel for this platform: the system's libmagic
        DATABASE = None
    import magic


@cache
def _detector(mime: bool) -> "magic.Magic":
    """python-magic's objects hold a lock, so that all threads can use one."""
    return magic.Magic(mime=mime, mime_encoding=mime, magic_file=DATABASE)


def version() -> int:
    """libmagic's version: 545 is 5.45."""
    return int(magic.version())  # type: ignore[no-untyped-call]  # python-magic


def detect(path: Path) -> Detected:
    """What libmagic says about the file; raises TaskError where it cannot tell."""
    try:
        return _detect(str(path))
    except magic.MagicException as fault:
        raise TaskError(f"libmagic cannot read the file: {fault}") from fault


def _detect(path: str) -> Detected:
    mimetype, _, parameter = _detector(mime=True).from_file(path).partition(";")
    description = _detector(mime=False).from_file(path)
    charset = parameter.strip().removeprefix("charset=") or "binary"
    return Detected(mimetype.strip(), charset, description[:DESCRIPTION_LIMIT])
