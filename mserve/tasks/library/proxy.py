"""The video_proxy task: a film as every browser plays it, begun before all of it has come."""

from fractions import Fraction
from typing import Annotated

from mserve.tasks.library.codecs import aac, h264
from mserve.tasks.library.films import Form, make_film
from mserve.tasks.library.picture import Look, fit, look_at
from mserve.tasks.library.transcoding import LIMITS, TIMEOUT
from mserve.tasks.outcome import Outcome, Output
from mserve.tasks.registry import task
from mserve.tasks.source import Source
from mserve.tasks.tools import FILMS

Side = Annotated[int, range(16, 4097)]
Rate = Annotated[int, range(1, 121)]
Quality = Annotated[int, range(0, 52)]
FAST_START = {"movflags": "+faststart"}  # what a player needs to begin comes first


@task("video_proxy", timeout=TIMEOUT, limits=LIMITS, tools=FILMS)
def video_proxy(
    source: Source,
    *,
    width: Side = 1280,
    height: Side = 720,
    quality: Quality = 23,
    rate: Rate = 60,
    audio: bool = True,
) -> Outcome:
    """Make an MP4 with H.264 and AAC that plays while it is loading."""
    picture = look_at(source.path)
    size = fit(picture.size, (width, height), even=True)
    form = Form("mp4", aac() if audio else None, h264(quality), FAST_START)
    path = source.scratch / "proxy.mp4"
    result = make_film(source, path, form, Look(picture, size, Fraction(rate)))
    return Outcome(result, outputs=(Output("proxy", path, "video/mp4"),))
