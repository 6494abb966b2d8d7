"""Films and sounds that can be told apart, and what is seen and heard of those that tasks make."""

import io
import math
from array import array
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
from PIL import Image

from mserve.tasks.outcome import Outcome
from mserve.tasks.registry import TaskRegistry
from tests.unit.tasks.library.pictures import BLUE, GREEN, RED

TASKS = TaskRegistry.load()
SIZE = (160, 90)
RATE = 25
SOUND_RATE = 44100
QUICK = {"libx264": {"preset": "veryfast"}}
LOUD, SOFT = 0.5, 0.25  # of the left and the right channel
Times = Sequence[Fraction | float]


def plain(colour: tuple[int, ...], size: tuple[int, int] = SIZE) -> Image.Image:
    return Image.new("RGB", size, colour)


def colours(size: tuple[int, int] = SIZE, seconds: int = 1) -> list[Image.Image]:
    """Red, green and blue, each for so long."""
    return [plain(each, size) for each in (RED, GREEN, BLUE) for _ in range(RATE * seconds)]


def film(
    kind: str = "mp4",
    pictures: Sequence[Image.Image] | None = None,
    *,
    codec: str = "libx264",
    encoder: Mapping[str, str] | None = None,
    sounds: int = 1,
    times: Times | None = None,
    aspect: Fraction = Fraction(1),
    turn: tuple[int, bool] = (0, False),
    late: float = 0.0,
    tags: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
) -> bytes:
    """Made by an `encoder` with such options, one picture at each of `times`.

    `turn`: degrees to the left, and whether it is mirrored; `late`: seconds before the sound.
    """
    pictures = pictures or colours()
    times = times or [Fraction(place, RATE) for place in range(len(pictures))]
    stream = io.BytesIO()
    with av.open(stream, "w", format=kind, container_options=dict(options or {})) as output:
        output.metadata.update(tags or {})
        time_base = Fraction(1, 1000)
        video = output.add_stream(
            codec, rate=RATE, time_base=time_base, options=dict(encoder or QUICK.get(codec, {}))
        )
        video.width, video.height = pictures[0].size
        video.codec_context.pix_fmt = "yuv420p"
        video.codec_context.sample_aspect_ratio = aspect
        if turn != (0, False):
            video.set_display_rotation(turn[0], turn[1])
        heard = [output.add_stream("aac", rate=SOUND_RATE) for _ in range(sounds)]
        for number, each in enumerate(heard):
            each.metadata["language"] = ("deu", "eng", "fra")[number]
        for picture, time in zip(pictures, times, strict=True):
            output.mux(video.encode(_frame(picture, time)))
        output.mux(video.encode(None))
        for each in heard:
            _play(output, each, float(times[-1]) + 1 / RATE - late, late)
    return stream.getvalue()


def tone(
    kind: str = "wav", seconds: float = 2.0, codec: str = "pcm_s16le", layout: str = "stereo",
    tags: Mapping[str, str] | None = None,
) -> bytes:  # fmt: skip
    stream = io.BytesIO()
    with av.open(stream, "w", format=kind) as output:
        output.metadata.update(tags or {})
        rate = 48000 if codec == "libopus" else SOUND_RATE
        _play(output, output.add_stream(codec, rate=rate, layout=layout), seconds)
    return stream.getvalue()


def _frame(picture: Image.Image, time: Fraction | float) -> av.VideoFrame:
    frame = av.VideoFrame.from_bytes(picture.convert("RGBA").tobytes(), *picture.size)
    frame.pts, frame.time_base = round(time * 1000), Fraction(1, 1000)
    return frame


def _play(output: Any, stream: Any, seconds: float, late: float = 0.0) -> None:
    """441 Hz, loud on the left, soft on the right."""
    total, begin = round(seconds * stream.rate), round(late * stream.rate)
    for place in range(0, total, 4000):
        samples = min(4000, total - place)
        frame = av.AudioFrame("s16", stream.layout.name, samples)
        frame.sample_rate, frame.time_base = stream.rate, Fraction(1, stream.rate)
        frame.pts = place + begin
        frame.planes[0].update((_period(stream.channels) * 40)[: samples * 2 * stream.channels])
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


@cache
def _period(channels: int) -> bytes:
    """100 samples."""
    values = array("h")
    for place in range(100):
        swing = math.sin(2 * math.pi * place / 100) * 32767
        values.extend(round(swing * (SOFT if one else LOUD)) for one in range(channels))
    return values.tobytes()


def done(name: str, source: Any, **arguments: Any) -> Outcome:
    """What the task gives, in this process."""
    assert TASKS[name].check(arguments) == []
    return Outcome.of(TASKS[name].function(source, **arguments))


def pictures_of(path: Path) -> Iterator[tuple[float, Image.Image]]:
    """Frames with their times."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield frame.time, frame.to_image()


def colour_at(path: Path, moment: float) -> tuple[int, ...]:
    """What is seen in the middle at `moment`."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.time > moment + 0.001:
                break
            shown = frame
        image = shown.to_image()
    return image.getpixel((image.width // 2, image.height // 2))  # type: ignore[no-any-return]  # RGB


def loudness(path: Path, stream: int = 0) -> list[tuple[float, float]]:
    """Of each tenth of a second, its start and the greatest swing of the first channel, 0 to 1."""
    resampler = av.AudioResampler("s16p", "mono", 8000)
    heard = array("h")
    begin: float | None = None
    with av.open(str(path)) as container:
        for frame in (*container.decode(audio=stream), None):
            if frame is not None and begin is None:
                begin = frame.time
            for each in resampler.resample(frame):
                heard.frombytes(bytes(each.planes[0])[: each.samples * 2])
    parts = [heard[place : place + 800] for place in range(0, len(heard), 800)]
    return [
        ((begin or 0) + place / 10, max(map(abs, part)) / 32768) for place, part in enumerate(parts)
    ]


def boxes(path: Path) -> list[str]:
    """Names of the boxes of an MP4 (ISO/IEC 14496-12, section 4.2)."""
    data, place, found = path.read_bytes(), 0, []
    while place < len(data):
        found.append(data[place + 4 : place + 8].decode("ascii"))
        place += int.from_bytes(data[place : place + 4])
    return found


def keys(path: Path) -> list[float]:
    """Times of key frames."""
    with av.open(str(path)) as container:
        packets = [each for each in container.demux(video=0) if each.size and each.is_keyframe]
        return [float(each.pts * each.time_base) for each in packets if each.pts is not None]
