"""Answered: which view has answered a request, told to the server that counts it; and as what.

A server that counts (server/meter.py) leaves the means in the environ; another one does not ask.
"""

from collections.abc import Callable, Mapping
from typing import Any

from mserve.counts import NOW

ANSWERED = "mserve.answered"
"""In the WSGI environ: called with the view's name and the lane that found it."""
EXPRESS, PYRAMID = "express", "pyramid"
"""The lanes."""
REQUESTS = "requests"
"""Records of requests (mserve/counts.py): with view, method, the status's first digit, lane."""
COUNT, RECEIVED, SENT, SECONDS, FIRST = range(5)
"""Their cells: requests, bytes, seconds; from FIRST on how many took up to each of BOUNDS."""
BOUNDS = (
    .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
)  # fmt: skip
"""Seconds. Beyond them is one more cell."""
WIDTH = FIRST + len(BOUNDS) + 1
AT_HAND = f"{NOW}requests"
"""The record of how many requests are worked on."""


def answered(environ: Mapping[str, Any], view: str, lane: str) -> None:
    """That view answers, or begins to."""
    tell: Callable[[str, str], None] | None = environ.get(ANSWERED)
    if tell is not None:
        tell(view, lane)


def name_of(view: Any) -> str:
    """`api.files.content` for that function of mserve/views/api/files.py."""
    module = getattr(view, "__module__", None) or ""
    name = getattr(view, "__name__", None) or type(view).__name__
    return f"{module.removeprefix('mserve.').removeprefix('views.')}.{name}".lstrip(".")
