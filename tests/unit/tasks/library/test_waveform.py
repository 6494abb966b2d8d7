"""Waveforms: what is loud is high, in numbers and in the picture."""

import json
import random
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from mserve.errors import TaskError
from mserve.tasks.library.peaks import FINE, Peaks
from mserve.tasks.outcome import Output, Rendition
from tests.unit.tasks.library.films import LOUD, SOFT, done, film, tone


def made(source: Any, **arguments: int) -> tuple[dict[str, Any], Image.Image]:
    numbers, picture = done("waveform", source, **arguments).outputs
    assert (numbers.name, numbers.mimetype) == ("waveform", "application/json")
    assert isinstance(picture, Rendition)
    assert (picture.name, picture.mimetype) == ("poster", "image/png")
    image = Image.open(picture.path)
    image.load()
    assert image.size == (picture.width, picture.height)
    return json.loads(numbers.path.read_text()), image


def test_the_peaks_of_each_channel(source_of: Any) -> None:
    told, _ = made(source_of(tone(seconds=3)), buckets=100)
    assert (told["version"], told["bits"], told["channels"]) == (2, 8, 2)
    assert told["sample_rate"] == 44100 and 90 <= told["length"] <= 100
    assert (told["length"] - 1) * told["samples_per_pixel"] < 3 * 44100 + 1
    assert told["length"] * told["samples_per_pixel"] >= 3 * 44100
    data = told["data"]
    assert len(data) == 4 * told["length"]
    for place, wanted in enumerate([-LOUD, LOUD, -SOFT, SOFT]):
        seen = data[place::4][1:-1]
        assert all(abs(each / 128 - wanted) < 0.03 for each in seen), place


def test_the_picture_shows_them(source_of: Any) -> None:
    _, image = made(source_of(tone(seconds=2)), width=120, height=80)
    heights = []
    for top in (0, 40):  # of the two channels
        column = [image.getpixel((60, top + y)) for y in range(40)]
        heights.append(sum(pixel[3] > 0 for pixel in column))  # type: ignore[index]  # RGBA
    assert abs(heights[0] - 20) <= 2 and abs(heights[1] - 10) <= 2


def test_one_channel_and_a_film(source_of: Any) -> None:
    assert made(source_of(tone(layout="mono")))[0]["channels"] == 1
    told, _ = made(source_of(film(late=1.0)), buckets=30)
    highs = told["data"][1::4]
    per_second = 44100 / told["samples_per_pixel"]
    assert max(highs[: int(per_second * 0.9)]) == 0  # what comes late is late here too
    assert min(highs[int(per_second * 1.2) : int(per_second * 2.5)]) > 50


def test_less_sound_than_parts(source_of: Any) -> None:
    told, _ = made(source_of(tone(seconds=0.01)))
    assert told["length"] == -(-441 // told["samples_per_pixel"]) == 56


def test_silence_without_samples(source_of: Any) -> None:
    with pytest.raises(TaskError):
        done("waveform", source_of(tone(seconds=0)))


@pytest.mark.parametrize("wanted", [1, 3, 10])
@pytest.mark.parametrize("length", [1, 63, 64, 1000, 12345, 400_001])
def test_parts_hold_the_extremes_of_their_samples(wanted: int, length: int) -> None:
    chance = random.Random(length)
    data = chance.randbytes(length)
    peaks, place = Peaks(1, wanted), 0
    while place < length:
        piece = data[place : place + chance.randint(1, 3000)]
        peaks.add([piece])
        place += len(piece)
    step, (pairs,) = peaks.finish()
    parts = [data[place : place + step] for place in range(0, length, step)]
    assert pairs == [(min(part) - 128, max(part) - 128) for part in parts]
    assert len(pairs) <= wanted and peaks.samples == length


def test_memory_does_not_grow_with_the_sound() -> None:
    peaks, block = Peaks(2, 10), bytes([100, 150]) * 50_000
    tracemalloc.start()
    try:
        for _ in range(100):
            peaks.add([block, block])
        assert tracemalloc.get_traced_memory()[1] < 3 << 20
    finally:
        tracemalloc.stop()
    assert len(peaks.finish()[1][0]) > 10 * (FINE - 1) // FINE


def test_nothing_else_is_left(source_of: Any) -> None:
    source = source_of(tone())
    outputs = done("waveform", source).outputs
    assert all(isinstance(each, Output) for each in outputs)
    assert {*source.scratch.iterdir()} == {Path(each.path) for each in outputs}
