"""The waveform task: how loud a sound is in the course of time, as numbers and as a picture."""

import json
from pathlib import Path
from typing import Annotated, Any

from av.audio.frame import AudioFrame
from av.audio.layout import AudioLayout
from av.audio.stream import AudioStream
from PIL import Image, ImageDraw

from mserve.tasks.confine import MIB, Limits
from mserve.tasks.library.decoding import Frame
from mserve.tasks.library.images import Pixels
from mserve.tasks.library.media import open_media, sound_of
from mserve.tasks.library.peaks import Peaks
from mserve.tasks.library.sound import layout_for, sound_chain
from mserve.tasks.library.transcoding import HOUR, feed
from mserve.tasks.outcome import Outcome, Output, Rendition
from mserve.tasks.registry import task
from mserve.tasks.source import Source
from mserve.tasks.tools import FILMS

TIMEOUT = 2 * HOUR
LIMITS = Limits(memory=512 * MIB, cpu=2 * HOUR, file=64 * MIB)
CHANNELS = 8  # at most; more are mixed to two
BITS = 8
FULL = 1 << (BITS - 1)  # the greatest peak
COLOUR = (59, 110, 165, 255)
CLEAR = (0, 0, 0, 0)

Buckets = Annotated[int, range(1, 20_001)]
Pairs = list[list[tuple[int, int]]]


@task("waveform", timeout=TIMEOUT, limits=LIMITS, tools=(*FILMS, "Pillow"))
def waveform(
    source: Source, *, buckets: Buckets = 1000, width: Pixels = 800, height: Pixels = 200
) -> Outcome:
    """Make a sound's waveform: its peaks as JSON, and a picture of them."""
    with open_media(source.path) as container:
        sound = sound_of(container)
        lane = PeakLane(sound, buckets)
        told = feed(source, container, {sound: [lane]})
    step, pairs = lane.peaks.finish()
    head = {
        "version": 2, "channels": len(pairs), "sample_rate": lane.rate,
        "samples_per_pixel": step, "bits": BITS, "length": len(pairs[0]),
    }  # fmt: skip
    numbers = _write(source.scratch / "waveform.json", head, pairs)
    picture = _draw(source.scratch / "poster.png", (width, height), pairs)
    return Outcome({**told, **head}, outputs=(numbers, picture))


class PeakLane:
    """Takes a sound's frames, and keeps their peaks."""

    def __init__(self, like: AudioStream, buckets: int) -> None:
        self.rate = like.sample_rate
        layout = layout_for(like, CHANNELS)
        self.peaks = Peaks(AudioLayout(layout).nb_channels, buckets)
        self._chain = sound_chain("u8p", self.rate, layout)

    def put(self, frame: Frame | None) -> None:
        """Count it in; None is the end."""
        for each in self._chain.run(frame):
            assert isinstance(each, AudioFrame)
            self.peaks.add([bytes(plane)[: each.samples] for plane in each.planes])


def _write(path: Path, head: dict[str, Any], pairs: Pairs) -> Output:
    """As BBC audiowaveform's data format 2: for each part, low and high of each channel."""
    data = [number for part in zip(*pairs, strict=True) for pair in part for number in pair]
    path.write_text(json.dumps({**head, "data": data}, separators=(",", ":")), "ascii")
    return Output("waveform", path, "application/json")


def _draw(path: Path, size: tuple[int, int], pairs: Pairs) -> Rendition:
    """The channels one above the other, on nothing."""
    image = Image.new("RGBA", size, CLEAR)
    draw = ImageDraw.Draw(image)
    width, height = size
    band = height / len(pairs)
    for place, channel in enumerate(pairs):
        middle = (place + 0.5) * band
        for x in range(width):
            low, high = _between(channel, x / width, (x + 1) / width)
            top, bottom = middle - high / FULL * band / 2, middle - low / FULL * band / 2
            draw.line((x, int(top), x, max(int(top), int(bottom - 0.5))), fill=COLOUR)
    image.save(path, "PNG", optimize=True)
    return Rendition("poster", path, "image/png", width, height)


def _between(channel: list[tuple[int, int]], begin: float, end: float) -> tuple[int, int]:
    """Low and high of a share of the channel, which is one part at least."""
    first = int(begin * len(channel))
    parts = channel[first : max(first + 1, int(end * len(channel)))] or [(0, 0)]
    return min(low for low, _ in parts), max(high for _, high in parts)
