"""Picture: how a film is displayed, and the filters that make its frames so."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mserve.errors import TaskError
from mserve.tasks.library.chain import Filters
from mserve.tasks.library.decoding import Decoder, rate_of
from mserve.tasks.library.media import open_media, video_of
from mserve.tasks.library.orientation import Orientation, orientation_of

Size = tuple[int, int]

UNSPECIFIED = 2  # a colour matrix or the like (ITU-T H.273)
HIGH_DEFINITION = 720  # lines; from there on films are in BT.709 where they do not say
SKEW = 10  # a pixel's width to its height at most; more is nonsense
RGB = "rgb24"
WHOLE_FRAMES = ("bwdif", "mode=send_frame:deint=interlaced")  # of those that come in halves
KEY_EVERY = 2  # seconds, so that players jump quickly


@dataclass(frozen=True)
class Picture:
    """`size`: as displayed, upright, in square pixels; `rate`: frames a second."""

    size: Size
    orientation: Orientation
    rate: Fraction
    primaries: int
    transfer: int


@dataclass(frozen=True)
class Look:
    """What is made of a picture: `size` is even, `rate` in frames a second, at most.

    `key_every`: seconds from one key frame to the next.
    """

    picture: Picture
    size: Size
    rate: Fraction
    key_every: int = KEY_EVERY

    @property
    def actual_rate(self) -> Fraction:
        """Frames a second, on the whole."""
        return min(self.rate, self.picture.rate)

    def filters(self, frame: VideoFrame, pixels: str) -> Filters:
        """Filters that give such frames in the format `pixels`."""
        rate = self.rate if self.picture.rate > self.rate else None
        return filters_for(self.picture, self.size, pixels, frame, rate)


def look_at(path: Path) -> Picture:
    """The film at `path` by its first frame; raises TaskError where there is none."""
    with open_media(path) as container:
        stream = video_of(container)
        return picture_of(stream, first_frame(container, stream))


def first_frame(container: InputContainer, stream: VideoStream) -> VideoFrame:
    """Raises TaskError where nothing can be decoded."""
    for _, frame in Decoder(container, [stream]).run():
        assert isinstance(frame, VideoFrame)
        return frame
    raise TaskError("the file is broken: no frame of its film can be decoded")


def picture_of(stream: VideoStream, frame: VideoFrame) -> Picture:
    """What is known of a film by one of its frames."""
    orientation = orientation_of(frame)
    aspect = stream.sample_aspect_ratio or Fraction(1)
    if not Fraction(1, SKEW) <= aspect <= SKEW:
        aspect = Fraction(1)
    width, height = max(1, round(frame.width * aspect)), frame.height
    size = (height, width) if orientation.lying else (width, height)
    return Picture(size, orientation, rate_of(stream), frame.color_primaries, frame.color_trc)


def fit(size: Size, box: Size, even: bool = False) -> Size:
    """`size` inside `box`, never enlarged; `even` as the usual codecs want it."""
    scale = min(Fraction(1), Fraction(box[0], size[0]), Fraction(box[1], size[1]))
    width, height = (max(1, round(side * scale)) for side in size)
    return (max(2, width // 2 * 2), max(2, height // 2 * 2)) if even else (width, height)


def box_of(lines: int, size: Size) -> Size:
    """What a picture of so many lines fits in: 16:9 as `size` lies, wide or upright."""
    longer = lines * 16 // 9
    return (longer, lines) if size[0] >= size[1] else (lines, longer)


def filters_for(
    picture: Picture, size: Size, pixels: str, frame: VideoFrame, rate: Fraction | None = None
) -> Filters:
    """Filters that give frames of an upright `size` in the format `pixels`.

    `rate`: frames a second, where it is to be changed. Colours come in BT.709, or in RGB.
    """
    width, height = size[::-1] if picture.orientation.lying else size
    halves = frame.interlaced_frame and pixels != RGB
    return [
        *([WHOLE_FRAMES] if halves else []),
        *([("fps", f"fps={rate}")] if rate else []),
        ("scale", f"{width}:{height}:{_colours(frame, pixels)}"),
        *picture.orientation.filters,
        ("setsar", "1"),
        ("format", pixels),
    ]


def _colours(frame: VideoFrame, pixels: str) -> str:
    told = ["flags=bicubic"]
    if frame.colorspace == UNSPECIFIED:
        high = min(frame.width, frame.height) >= HIGH_DEFINITION
        told.append(f"in_color_matrix={'bt709' if high else 'bt601'}")
    if pixels != RGB:
        told += ["out_color_matrix=bt709", "out_range=tv"]
    return ":".join(told)
