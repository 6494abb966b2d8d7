"""Thumbnails and posters of films."""

import io
from fractions import Fraction
from typing import Any

import av
import pytest
from PIL import Image

from mserve.errors import TaskError
from mserve.tasks.outcome import Rendition
from tests.unit.tasks.library.films import done, film, plain, tone
from tests.unit.tasks.library.pictures import (
    BLUE,
    GREEN,
    RED,
    WHITE,
    alike,
    encoded,
    is_quarters,
    quarters,
)

BLACK = (0, 0, 0)


def made(source: Any, name: str = "video_thumbnail", **arguments: Any) -> Image.Image:
    (output,) = done(name, source, **arguments).outputs
    assert isinstance(output, Rendition)
    assert (output.name, output.mimetype) == (name.removeprefix("video_"), "image/jpeg")
    image = Image.open(output.path)
    image.load()
    assert image.size == (output.width, output.height)
    return image


def colour(image: Image.Image) -> Any:
    return image.convert("RGB").getpixel((image.width // 2, image.height // 2))


def test_a_thumbnail_and_a_poster(source_of: Any) -> None:
    source = source_of(film(pictures=[quarters(640, 320)] * 5))
    small, large = made(source), made(source, "video_poster")
    assert (small.size, large.size) == ((210, 105), (420, 210))
    assert is_quarters(small) and is_quarters(large)
    assert len([*source.scratch.iterdir()]) == 2


def test_nothing_is_enlarged(source_of: Any) -> None:
    assert made(source_of(film()), width=400, height=400).size == (160, 90)


@pytest.mark.parametrize(
    ("at", "wanted"),
    [
        (0, RED), (0.5, RED), (1.0, GREEN), (1.5, GREEN), (2.5, BLUE), (99, BLUE),
        ("10%", RED), ("50%", GREEN), ("90 %", BLUE), ("100%", BLUE), ("0%", RED),
    ],
)  # fmt: skip
def test_the_moment_can_be_chosen(source_of: Any, at: float | str, wanted: Any) -> None:
    assert alike(colour(made(source_of(film()), at=at)), wanted)


@pytest.mark.parametrize("at", ["", "half", "101%", "-1%", "5", -1, float("nan")])
def test_moments_that_are_none(source_of: Any, at: Any) -> None:
    with pytest.raises(TaskError, match="at should be"):
        made(source_of(film(pictures=[plain(RED)])), at=at)


def test_without_an_index_too(source_of: Any) -> None:
    assert alike(colour(made(source_of(film("h264", sounds=0)), at=1.5)), GREEN)
    assert alike(colour(made(source_of(film("mpegts")), at=2.5)), BLUE)


def test_black_is_skipped(source_of: Any) -> None:
    pictures = [plain(BLACK)] * 20 + [plain(GREEN)] * 20 + [plain(BLACK)] * 20
    source = source_of(film(pictures=pictures))
    assert alike(colour(made(source)), GREEN)
    assert alike(colour(made(source, at=2.0)), BLACK)
    assert alike(colour(made(source_of(film(pictures=[plain(BLACK)] * 9)))), BLACK)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
def test_the_picture_stands_upright(source_of: Any, degrees: int, mirrored: bool) -> None:
    stored = quarters(400, 200)
    if mirrored:
        stored = stored.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    stored = stored.rotate(-degrees, expand=True)
    content = film(pictures=[stored] * 3, turn=(degrees, mirrored), sounds=0)
    image = made(source_of(content))
    assert image.size == (210, 105) and is_quarters(image)


def test_wide_pixels_are_wide(source_of: Any) -> None:
    content = film(pictures=[quarters(160, 160)] * 3, aspect=Fraction(2), sounds=0)
    image = made(source_of(content))
    assert image.size == (210, 105) and is_quarters(image)


def test_a_cover_is_the_picture_of_a_recording(source_of: Any) -> None:
    stream = io.BytesIO()
    recording = io.BytesIO(tone("mp3", codec="libmp3lame"))
    with av.open(recording) as sound, av.open(stream, "w", format="mp3") as output:
        music = output.add_stream_from_template(sound.streams.audio[0])
        cover = output.add_mux_stream("png", width=240, height=120)
        cover.disposition = av.stream.Disposition.attached_pic
        packet = av.Packet(encoded(quarters()))
        packet.stream, packet.pts, packet.dts = cover, 0, 0
        packets = [each for each in sound.demux() if each.size]
        output.start_encoding()
        for each in packets:
            each.stream = music
            output.mux(each)
        output.mux(packet)
    assert is_quarters(made(source_of(stream.getvalue())))
    with pytest.raises(TaskError, match="no moving picture"):
        done("video_proxy", source_of(stream.getvalue()))


def test_colours_are_true(source_of: Any) -> None:
    for wanted in (RED, GREEN, BLUE, WHITE, (128, 128, 128)):
        image = made(source_of(film(pictures=[plain(wanted)] * 2, sounds=0)))
        assert alike(colour(image), wanted, 8), wanted


def test_no_film_no_picture(source_of: Any) -> None:
    with pytest.raises(TaskError, match="no moving picture"):
        made(source_of(tone()))


def test_of_odd_sizes(source_of: Any) -> None:
    pictures = [plain(RED, (101, 75))] * 3
    assert made(source_of(film("matroska", pictures, codec="ffv1", sounds=0))).size == (101, 75)
