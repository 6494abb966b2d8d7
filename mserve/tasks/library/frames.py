"""The tasks video_thumbnail and video_poster: a frame of a film as a small picture."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from mserve.errors import TaskError
from mserve.tasks.confine import MIB, Limits
from mserve.tasks.library.chain import Chain
from mserve.tasks.library.decoding import Decoder
from mserve.tasks.library.images import Pixels, save
from mserve.tasks.library.media import MICROSECOND, open_media, seconds_of, video_of
from mserve.tasks.library.picture import RGB, Size, filters_for, fit, picture_of
from mserve.tasks.library.pixels import shrink
from mserve.tasks.outcome import Rendition
from mserve.tasks.registry import task
from mserve.tasks.source import Source
from mserve.tasks.tools import FILMS

TIMEOUT = 300.0
LIMITS = Limits(memory=1536 * MIB, cpu=240.0, file=64 * MIB)
PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?) ?%", re.ASCII)
DARK = 40  # of 255: with nothing lighter a frame is taken for black
NEAR = 10.0  # seconds in which another frame than a black one is looked for
TRIED = 500  # frames
READ = 60.0  # seconds that are read at most to get to a moment
LOOKED_AT = 64  # pixels a side: enough to see whether a frame is black; rows without padding
COARSE = (
    3  # times the size that is wanted: what FFmpeg shrinks a frame to, and Pillow does the rest
)


@task("video_thumbnail", timeout=TIMEOUT, limits=LIMITS, tools=FILMS)
def video_thumbnail(
    source: Source, *, width: Pixels = 210, height: Pixels = 128, at: float | str = "10%"
) -> Rendition:
    """Make a small picture of a film for listings."""
    return _render(source, "thumbnail", (width, height), at)


@task("video_poster", timeout=TIMEOUT, limits=LIMITS, tools=FILMS)
def video_poster(
    source: Source, *, width: Pixels = 420, height: Pixels = 256, at: float | str = "10%"
) -> Rendition:
    """Make a picture of a film for the file's own page."""
    return _render(source, "poster", (width, height), at)


def _render(source: Source, name: str, box: Size, at: float | str) -> Rendition:
    moment = _moment(at)
    return save(shrink(_find(source.path, box, moment), box), source.scratch, name)


def _find(path: Path, box: Size, moment: tuple[float, float]) -> Image.Image:
    """The frame that is wanted, somewhat larger than `box`.

    Where no jump leads there, it is looked for among the first.
    """
    seconds, share = moment
    for jump in (True, False):
        with open_media(path) as container:
            stream = video_of(container, covers=True)
            wanted = seconds + share * (seconds_of(container) or 0.0)
            if jump:
                _jump(container, wanted)
            if frame := _frame_at(container, stream, wanted if jump else min(wanted, READ)):
                return _image(stream, frame, (box[0] * COARSE, box[1] * COARSE))
    raise TaskError("the file is broken: no frame of its film can be decoded")


def _jump(container: InputContainer, moment: float) -> None:
    with suppress(av.FFmpegError, OSError, OverflowError):  # read on from where it stands
        container.seek(round(moment * MICROSECOND) + (container.start_time or 0))


def _moment(at: float | str) -> tuple[float, float]:
    """Seconds, and a share of the duration."""
    if isinstance(at, str):
        found = PERCENT.fullmatch(at)
        if found is None or float(found[1]) > 100:
            raise TaskError(f"at should be seconds, or a share such as '10%', not {at!r:.80}")
        return 0.0, float(found[1]) / 100
    if not 0 <= at < 1e9:
        raise TaskError(f"at should be seconds from the start, not {at}")
    return float(at), 0.0


def _frame_at(container: InputContainer, stream: VideoStream, moment: float) -> VideoFrame | None:
    """The first frame from `moment` (seconds) on that is not black, or else the lightest near it.

    The last one of all if they end before.
    """
    best: VideoFrame | None = None
    lightest = -1
    for frame, light in _lights(container, stream, moment):
        if light > lightest:
            best, lightest = frame, light
        if light >= DARK:
            break
    return best


def _lights(
    container: InputContainer, stream: VideoStream, moment: float
) -> Iterator[tuple[VideoFrame, int]]:
    """Frames near `moment` with the lightest grey that is in them."""
    before: VideoFrame | None = None
    tried = 0
    for _, frame in Decoder(container, [stream]).run():
        assert isinstance(frame, VideoFrame)
        if frame.time < moment:
            before = frame
            continue
        if tried == TRIED or (tried and frame.time > moment + NEAR):
            return
        tried += 1
        yield frame, _light(frame)
    if before is not None and not tried:
        yield before, _light(before)


def _light(frame: VideoFrame) -> int:
    return max(bytes(frame.reformat(LOOKED_AT, LOOKED_AT, "gray").planes[0]))


def _image(stream: VideoStream, frame: VideoFrame, box: Size) -> Image.Image:
    picture = picture_of(stream, frame)
    filters = filters_for(picture, fit(picture.size, box), RGB, frame)
    chain = Chain(lambda *_: filters)
    for made in (*chain.run(frame), *chain.run(None)):
        assert isinstance(made, VideoFrame)
        plane = made.planes[0]
        size, stride = (made.width, made.height), plane.line_size
        return Image.frombytes("RGB", size, bytes(plane), "raw", "RGB", stride, 1)
    raise TaskError("the frame cannot be shown")
