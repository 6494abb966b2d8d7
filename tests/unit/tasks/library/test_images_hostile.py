"""Images that are broken, or made to do harm."""

import struct
import subprocess
import sys
import zlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from mserve.errors import TaskError
from mserve.tasks.confine import Crashed
from mserve.tasks.library.images import thumbnail
from tests.unit.tasks.library.pictures import FORMATS, encoded, made, quarters


def png_header(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        check = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(99)))


def with_size(kind: str, width: int, height: int) -> bytes:
    """A small image whose header says that it is large."""
    stored = bytearray(encoded(Image.new("RGB", (16, 16)), kind))
    if kind == "JPEG":
        struct.pack_into(">HH", stored, stored.index(b"\xff\xc0") + 5, height, width)
    elif kind == "GIF":
        struct.pack_into("<HH", stored, 6, width, height)
        struct.pack_into("<HH", stored, stored.index(b",\0\0\0\0") + 5, width, height)
    elif kind == "BMP":
        struct.pack_into("<ii", stored, 18, width, height)
    elif kind == "WEBP":
        struct.pack_into("<HH", stored, 26, width, height)
    return bytes(stored)


@pytest.mark.parametrize("kind", ["JPEG", "GIF", "BMP", "WEBP"])
def test_bombs_are_refused_by_their_header(source_of: Any, kind: str) -> None:
    with pytest.raises(TaskError, match="more than the 120000000 pixels allowed"):
        made(source_of(with_size(kind, 12_000, 11_000)))


def with_heic_size(width: int, height: int) -> bytes:
    stored = bytearray(encoded(Image.new("RGB", (64, 64)), "HEIF"))
    struct.pack_into(">II", stored, stored.index(b"ispe") + 8, width, height)
    return bytes(stored)


def test_heic_bombs(source_of: Any) -> None:
    with pytest.raises(TaskError, match="more than the 60000000 pixels allowed"):
        made(source_of(with_heic_size(10_000, 6_001)))
    with pytest.raises(TaskError, match="more than the 120000000 pixels allowed"):
        made(source_of(with_heic_size(20_000, 20_000)))


@pytest.mark.parametrize("size", [(8, 8), (5_000, 5_000)])
def test_a_heic_header_that_lies(source_of: Any, size: tuple[int, int]) -> None:
    with pytest.raises(TaskError, match="broken"):
        made(source_of(with_heic_size(*size)))


def test_heic_items_of_a_type_that_is_no_text(source_of: Any) -> None:
    exif = Image.Exif()
    exif[0x010E] = "words"
    stored = bytearray(encoded(quarters(), "HEIF", exif=exif.tobytes()))
    stored[stored.index(b"\0Exif\0") + 1] = 0x80
    with pytest.raises(TaskError, match="broken: an item of a type that is no text"):
        made(source_of(bytes(stored)))


def test_an_image_inside_its_limits_may_have_a_larger_frame(source_of: Any) -> None:
    large = Image.new("1", (12_000, 11_000))
    more = {"save_all": True, "append_images": [large], "compression": "group4"}
    stored = encoded(quarters().convert("1"), "TIFF", **more)
    made(source_of(stored))
    with pytest.raises(TaskError, match="more than the 120000000 pixels allowed"):
        made(source_of(stored), page=2)


def test_formats_that_take_much_memory_may_have_fewer_pixels(source_of: Any) -> None:
    with pytest.raises(TaskError, match="more than the 40000000 pixels allowed"):
        made(source_of(with_size("WEBP", 8_000, 5_001)))


@pytest.mark.parametrize("size", [(12_000, 10_001), (20_000, 20_000), (2**31 - 1, 2**31 - 1)])
def test_png_bombs(source_of: Any, size: tuple[int, int]) -> None:
    with pytest.raises(TaskError, match="pixels allowed"):
        made(source_of(png_header(*size)))


def test_the_limit_can_be_set(source_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    source = source_of(encoded(quarters(100, 100)))
    before = Image.MAX_IMAGE_PIXELS
    monkeypatch.setenv("MSERVE_IMAGE_PIXELS", "10000")
    thumbnail(source)
    monkeypatch.setenv("MSERVE_IMAGE_PIXELS", "9999")
    with pytest.raises(TaskError, match="the 9999 pixels"):
        thumbnail(source)
    monkeypatch.setenv("MSERVE_IMAGE_PIXELS", "many")
    with pytest.raises(TaskError, match="whole number"):
        thumbnail(source)
    assert before == Image.MAX_IMAGE_PIXELS


def test_a_jpeg_of_endless_scans(source_of: Any) -> None:
    stored = encoded(quarters(), "JPEG", progressive=True)
    first, second = [place for place in range(len(stored)) if stored[place:][:2] == b"\xff\xda"][:2]
    made(source_of(stored[:first] + stored[first:second] * 100 + stored[first:]))
    with pytest.raises(TaskError, match="more than 200 scans"):
        made(source_of(stored[:first] + stored[first:second] * 200 + stored[first:]))


@pytest.mark.parametrize("kind", FORMATS)
def test_a_truncated_image(source_of: Any, kind: str) -> None:
    noise = Image.effect_noise((256, 256), 90).convert("RGB")
    stored = encoded(noise, kind)
    with pytest.raises(TaskError, match=r"broken|known format"):
        made(source_of(stored[: len(stored) // 2]))


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        (b"", "empty"),
        (b"just words", "known format"),
        (b"\xff\xd8\xff", "known format"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run\n", "known format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "known format"),
        (b"\xd7\xcd\xc6\x9a" + bytes(99), "known format"),
    ],
)
def test_what_is_no_image(source_of: Any, stored: bytes, words: str) -> None:
    with pytest.raises(TaskError, match=words):
        made(source_of(stored, "cat.jpg"))


def test_what_starts_programs_is_not_even_loaded(source_of: Any) -> None:
    code = """if True:
        import pathlib, sys
        from mserve.tasks.library.images import thumbnail
        from mserve.tasks.registry import Source, TaskError
        here = pathlib.Path(sys.argv[1])
        try:
            thumbnail(Source(here, "a.eps", "", 9, here.parent))
        except TaskError as fault:
            print(fault, [name for name in sys.modules if "Eps" in name or "Wmf" in name])"""
    source = source_of(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    command = [sys.executable, "-c", code, str(source.path)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert told.startswith("no image of a known format") and told.endswith(" []\n")


def test_a_seek_to_nowhere_is_a_broken_image(source_of: Any) -> None:
    stored = bytearray(encoded(quarters(24, 16), "JPEG2000"))
    stored[15] = 0x80  # the length of the first box; what is taken for the next has a silly one
    with pytest.raises(TaskError, match="broken"):
        made(source_of(bytes(stored)))


def test_a_disk_that_fails_is_not_the_image_s_fault(source_of: Any) -> None:
    source = source_of(b"x")
    source.path.unlink()
    with pytest.raises(Crashed, match="FileNotFoundError"):
        made(source)


@pytest.mark.parametrize("box", [{"width": 0}, {"height": -5}, {"width": 5000}, {"width": "9"}])
def test_boxes_that_are_refused(source_of: Any, box: dict[str, Any]) -> None:
    with pytest.raises(TaskError, match="should be"):
        made(source_of(encoded(quarters())), **box)


SEEDS = [encoded(quarters(24, 16), kind) for kind in FORMATS]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_damaged_images_give_a_picture_or_a_clear_failure(source_of: Any, data: Any) -> None:
    stored = bytearray(data.draw(st.sampled_from(SEEDS)))
    places = st.integers(0, len(stored) - 1)
    for place, value in data.draw(st.dictionaries(places, st.integers(0, 255), max_size=6)).items():
        stored[place] = value
    try:
        made(source_of(bytes(stored)))
    except TaskError as fault:
        assert str(fault)
