"""Tools: which versions of what a task works with, for what it makes to tell.

A task names them where it is declared, `@task("thumbnail", tools=("Pillow",))`: distributions as
the package index calls them, or a library that came inside of one.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import av
from pypdfium2.version import PDFIUM_INFO

from mserve.tasks.library import libmagic

OURS = "mserve"
INSIDE: Mapping[str, Callable[[], str]] = {
    "FFmpeg": lambda: str(av.ffmpeg_version_info),
    "PDFium": lambda: str(PDFIUM_INFO),
    "libmagic": lambda: str(libmagic.version()),
}
"""What comes inside of a distribution, and is asked itself."""
FILMS = ("av", "FFmpeg")
PICTURES = ("Pillow", "pi-heif", "pypdfium2", "PDFium")


def versions(tools: Iterable[str]) -> Mapping[str, str]:
    """The version of each tool that is installed, and of mserve, by name."""
    known = {name: version_of(name) for name in (OURS, *tools)}
    return {name: told for name, told in known.items() if told is not None}


@cache
def version_of(name: str) -> str | None:
    """The version of one tool; None where it is not installed."""
    if name in INSIDE:
        return INSIDE[name]()
    try:
        return version(name)
    except PackageNotFoundError:
        return None
