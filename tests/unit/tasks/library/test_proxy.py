"""Proxies of films: what is seen and heard in them, and when."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from mserve.errors import TaskError
from mserve.tasks.source import Source
from tests.unit.tasks.library.films import (
    boxes,
    colour_at,
    colours,
    done,
    film,
    keys,
    loudness,
    pictures_of,
    plain,
    tone,
)
from tests.unit.tasks.library.pictures import BLUE, GREEN, RED, alike, is_quarters, quarters


def made(source: Any, **arguments: Any) -> tuple[Path, dict[str, Any]]:
    outcome = done("video_proxy", source, **arguments)
    (output,) = outcome.outputs
    assert (output.name, output.mimetype) == ("proxy", "video/mp4")
    assert [*source.scratch.iterdir()] == [output.path]
    return output.path, dict(outcome.result)


def test_a_film_that_plays_while_it_loads(source_of: Any) -> None:
    path, told = made(source_of(film("matroska", colours((320, 180)))))
    assert boxes(path)[:2] == ["ftyp", "moov"] and "mdat" in boxes(path)
    with av.open(str(path)) as proxy:
        video, audio = proxy.streams
        assert (video.codec_context.name, video.pix_fmt) == ("h264", "yuv420p")
        assert (audio.codec_context.name, audio.sample_rate, audio.channels) == ("aac", 44100, 2)
        assert (video.width, video.height, video.frames) == (320, 180, 75)
        assert proxy.duration / av.time_base == pytest.approx(3, abs=0.06)
        assert video.average_rate == 25
    assert (told["width"], told["height"], told["audio"], told["broken"]) == (320, 180, True, 0)
    assert told["seconds"] == pytest.approx(3, abs=0.1)
    for moment, wanted in ((0, RED), (0.9, RED), (1.1, GREEN), (1.9, GREEN), (2.1, BLUE)):
        assert alike(colour_at(path, moment), wanted), moment


def test_players_can_jump(source_of: Any) -> None:
    path, _ = made(source_of(film(pictures=[quarters(64, 32)] * 150, sounds=0)))
    assert keys(path) == pytest.approx([0, 2, 4], abs=0.001)


def test_the_sound_comes_when_it_did(source_of: Any) -> None:
    path, _ = made(source_of(film(late=1.0)))
    heard = loudness(path)
    assert max(swing for time, swing in heard if time < 0.9) < 0.02
    assert min(swing for time, swing in heard if 1.1 < time < 2.8) > 0.25


def test_without_sound(source_of: Any) -> None:
    for content, arguments in ((film(sounds=0), {}), (film(), {"audio": False})):
        path, told = made(source_of(content), **arguments)
        with av.open(str(path)) as proxy:
            assert [each.type for each in proxy.streams] == ["video"]
        assert told["audio"] is False


def test_of_several_sounds_one(source_of: Any) -> None:
    path, _ = made(source_of(film(sounds=3)))
    with av.open(str(path)) as proxy:
        assert [each.type for each in proxy.streams] == ["video", "audio"]


@pytest.mark.parametrize(
    ("size", "box", "wanted"),
    [
        ((320, 180), (160, 160), (160, 90)), ((320, 180), (1000, 1000), (320, 180)),
        ((101, 75), (1000, 1000), (100, 74)), ((90, 160), (100, 101), (56, 100)),
    ],
)  # fmt: skip
def test_sizes_are_even_and_fit(
    source_of: Any, size: tuple[int, int], box: tuple[int, int], wanted: tuple[int, int]
) -> None:
    content = film("matroska", [plain(GREEN, size)] * 5, codec="ffv1", sounds=0)
    path, _ = made(source_of(content), width=box[0], height=box[1])
    ((_, image), *_) = pictures_of(path)
    assert image.size == wanted and alike(image.getpixel((9, 9)), GREEN)


@pytest.mark.parametrize("degrees", [90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
def test_the_film_stands_upright(source_of: Any, degrees: int, mirrored: bool) -> None:
    stored = quarters(160, 80)
    if mirrored:
        stored = stored.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    stored = stored.rotate(-degrees, expand=True)
    path, _ = made(source_of(film(pictures=[stored] * 3, turn=(degrees, mirrored), sounds=0)))
    with av.open(str(path)) as proxy:
        frame = next(proxy.decode(video=0))
        assert frame.rotation == 0 and is_quarters(frame.to_image())
        assert (frame.width, frame.height) == (160, 80)


def test_pixels_become_square(source_of: Any) -> None:
    content = film(pictures=[quarters(80, 80)] * 3, aspect=Fraction(2), sounds=0)
    path, _ = made(source_of(content))
    with av.open(str(path)) as proxy:
        frame = next(proxy.decode(video=0))
        assert (frame.width, frame.height) == (160, 80) and is_quarters(frame.to_image())
        assert proxy.streams[0].display_aspect_ratio == 2


def test_uneven_times_are_kept(source_of: Any) -> None:
    times = [0, 0.04, 0.08, 0.5, 0.54, 1.3, 2.0, 2.04]
    content = film("matroska", [plain(RED)] * len(times), times=times, sounds=0)
    path, _ = made(source_of(content), rate=120)
    assert [time for time, _ in pictures_of(path)] == pytest.approx(times, abs=0.002)


def test_few_frames_are_not_made_many(source_of: Any) -> None:
    times = [0, 0.001, 0.5, 1.0, 1.501, 2.0]
    content = film("matroska", [plain(RED)] * len(times), times=times, sounds=0)
    path, _ = made(source_of(content))
    assert [time for time, _ in pictures_of(path)] == pytest.approx(times, abs=0.002)


def test_half_frames_become_whole_ones(source_of: Any) -> None:
    combed = plain(RED, (160, 96))
    for y in range(0, 96, 2):
        combed.paste(BLUE, (40, y, 120, y + 1))
    content = film(pictures=[combed] * 20, encoder={"x264-params": "tff=1"}, sounds=0)
    source = source_of(content)
    with av.open(str(source.path)) as container:
        assert next(container.decode(video=0)).interlaced_frame
    path, _ = made(source)
    seen = [image for _, image in pictures_of(path)]
    assert len(seen) == 20
    column = [seen[10].getpixel((80, y)) for y in range(20, 76)]
    steps = [abs(a[2] - b[2]) for a, b in pairwise(column)]  # type: ignore[index]  # RGB
    assert sum(steps) / len(steps) < 60  # of 255 where lines alternate


def test_the_rate_can_be_capped(source_of: Any) -> None:
    path, _ = made(source_of(film(sounds=0)), rate=10)
    times = [time for time, _ in pictures_of(path)]
    assert times == pytest.approx([place / 10 for place in range(30)], abs=0.001)
    assert alike(colour_at(path, 1.5), GREEN)


def test_the_quality_can_be_chosen(source_of: Any) -> None:
    noise = [Image.effect_noise((160, 90), 80).convert("RGB") for _ in range(5)]
    source = source_of(film(pictures=noise, sounds=0))
    sizes = []
    for quality in (18, 40):
        path, _ = made(source, quality=quality)
        sizes.append(path.stat().st_size)
    assert sizes[0] > 2 * sizes[1]


@pytest.mark.parametrize("kind", ["mpegts", "flv", "avi", "mov"])
def test_of_other_containers(source_of: Any, kind: str) -> None:
    path, _ = made(source_of(film(kind, sounds=1 if kind != "avi" else 0)))
    for moment, wanted in ((0.5, RED), (1.5, GREEN), (2.5, BLUE)):
        assert alike(colour_at(path, moment), wanted), moment


def test_frames_of_other_sizes_on_the_way(source_of: Any) -> None:
    content = film("mpegts", colours((160, 90))[:25], sounds=0)
    later = [1 + place / 25 for place in range(25)]
    content += film("mpegts", [plain(BLUE, (96, 96))] * 25, times=later, sounds=0)
    path, _ = made(source_of(content))
    seen = [image.getpixel((80, 45)) for _, image in pictures_of(path)]
    assert alike(seen[0], RED) and alike(seen[-1], BLUE)


def test_progress_is_told_in_percent(source_of: Any) -> None:
    told: list[tuple[float, str]] = []

    def report(fraction: float, words: str) -> None:
        told.append((fraction, words))

    made(source_of(film(), report=report))
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(set(fractions)) and 30 < len(told) <= 101
    assert fractions[-1] > 0.95 and "%" in told[-1][1] and "of 3 s" in told[-1][1]


def test_what_is_no_film(source_of: Any) -> None:
    source: Source = source_of(tone())
    with pytest.raises(TaskError, match="no moving picture"):
        done("video_proxy", source)
    assert not [*source.scratch.iterdir()]
