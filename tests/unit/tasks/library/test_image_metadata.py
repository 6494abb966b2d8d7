"""What images say of themselves."""

import json
from typing import Any

import pytest
from PIL import Image, ImageCms, TiffImagePlugin

from mserve.errors import TaskError
from mserve.tasks.library.fields import CHARACTERS, COUNT, ITEMS, TEXT, Fields
from mserve.tasks.library.pixels import SRGB
from tests.unit.tasks.library.marked import (
    BASE,
    CAMERA,
    GPS,
    XMP,
    exif_of,
    found,
    png_with,
    with_exif,
)
from tests.unit.tasks.library.pictures import FORMATS, encoded, quarters


@pytest.mark.parametrize("kind", FORMATS)
def test_the_outline_of_each_format(source_of: Any, kind: str) -> None:
    size = (256, 256) if kind == "ICO" else (240, 120)
    told = found(source_of(encoded(quarters(*size), kind)))
    assert (told["format"], told["width"], told["height"]) == (kind, *size)
    assert told["frames"] == 1 and told["mode"] in ("RGB", "P", "RGBA")
    assert "faults" not in told


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_exif(source_of: Any, kind: str) -> None:
    told = found(source_of(with_exif(kind, CAMERA)))
    exif = told["exif"]
    assert (exif["Make"], exif["ISOSpeedRatings"], exif["ExifVersion"]) == ("Maker", 200, "0232")
    assert exif["ExposureTime"] == pytest.approx(1 / 250, rel=1e-3)
    assert exif["FNumber"] == pytest.approx(2.8)
    assert exif["DateTimeOriginal"] == "2024-05-01T12:34:56.123+02:00"
    assert exif["DateTime"] == "2024-05-02T00:00:00"
    assert exif["UserComment"] == "größer"
    assert not {"MakerNote", "GPSInfo", "ExifOffset"} & exif.keys()


def test_the_place_in_degrees(source_of: Any) -> None:
    gps = found(source_of(with_exif("JPEG", CAMERA)))["gps"]
    assert gps["latitude"] == pytest.approx(48.8582222, abs=1e-6)
    assert gps["longitude"] == pytest.approx(-2.2945, abs=1e-6)
    assert gps["altitude"] == pytest.approx(-35.5)
    assert gps["time"] == "2024-05-01T10:34:56+00:00"
    assert gps["GPSImgDirection"] == pytest.approx(90.25)


@pytest.mark.parametrize(
    "place",
    [
        {GPS.GPSLatitude: (91.0, 0.0, 0.0)},
        {GPS.GPSLatitude: (1.0, 2.0)},
        {GPS.GPSLatitude: (TiffImagePlugin.IFDRational(1, 0), 0.0, 0.0)},
        {GPS.GPSTimeStamp: (99.0, 0.0, 0.0)},
    ],
)
def test_a_place_that_is_none(source_of: Any, place: dict[int, Any]) -> None:
    told = found(source_of(with_exif("JPEG", exif_of(place=place))))
    assert "latitude" not in told.get("gps", {}) and "time" not in told.get("gps", {})


def test_fractions_without_a_denominator(source_of: Any) -> None:
    nothing = TiffImagePlugin.IFDRational(0, 0)
    told = found(source_of(with_exif("JPEG", exif_of({BASE.Make: "M"}, {BASE.FNumber: nothing}))))
    assert told["exif"] == {"Make": "M"} and told["left_out"] == 1


@pytest.mark.parametrize("exif", [b"Exif\0\0garbage" * 9, b"Exif\0\0MM\0*\xff\xff\xff\xff"])
def test_broken_exif_is_told_or_passed_over(source_of: Any, exif: bytes) -> None:
    told = found(source_of(encoded(quarters(), "JPEG", exif=exif)))
    assert told["width"] == 240 and told.get("exif", {}) == {}


def test_profile_and_resolution(source_of: Any) -> None:
    for kind in ("JPEG", "PNG", "TIFF"):
        stored = encoded(quarters(), kind, icc_profile=SRGB.tobytes(), dpi=(300, 150))
        told = found(source_of(stored))
        assert told["dpi"] == pytest.approx([300, 150], abs=0.1)
        assert told["icc_profile"] == ImageCms.getProfileDescription(SRGB).strip()
    assert (
        found(source_of(encoded(quarters(), "JPEG", icc_profile=b"no")))["icc_profile"] == "broken"
    )


def test_frames_are_counted(source_of: Any) -> None:
    more = [Image.new("RGB", (240, 120), "red"), Image.new("RGB", (240, 120), "blue")]
    for kind in ("GIF", "PNG", "WEBP", "TIFF"):
        stored = encoded(quarters(), kind, save_all=True, append_images=more)
        assert found(source_of(stored))["frames"] == 3, kind


def test_the_result_is_bounded(source_of: Any) -> None:
    properties = "".join(f"<d:p{number}>{'x' * 2000}</d:p{number}>" for number in range(1000))
    packet = XMP.replace("<dc:title>", f'{properties}<dc:title xmlns:d="d">')
    packet = packet.replace("xmlns:own", 'xmlns:d="http://d.example/" xmlns:own')
    told = found(source_of(png_with(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet.encode())))
    assert len(json.dumps(told)) < 2 * CHARACTERS and len(told["xmp"]) < COUNT
    assert told["left_out"] > 500
    assert max(len(value) for value in told["xmp"].values() if isinstance(value, str)) == TEXT


def test_fields_keep_what_can_be_written() -> None:
    fields = Fields()
    values = [1, 2.5, float("nan"), b"0232", b"\0\1\2", "a\0b ", [1, None, b"\xff"], {}, object()]
    for place, value in enumerate(values):
        fields.add("a", str(place), value)
    assert fields.groups["a"] == {"0": 1, "1": 2.5, "3": "0232", "5": "ab", "6": [1]}
    assert fields.left_out == 4
    fields.add("b", "many", [*range(9999)])
    assert len(fields.groups["b"]["many"]) == ITEMS
    for place in range(2 * COUNT):
        fields.add("c", str(place), 1)
    assert sum(map(len, fields.groups.values())) == COUNT


def test_what_is_no_image(source_of: Any) -> None:
    for stored in (b"%PDF-1.7\n", b"words", b""):
        with pytest.raises(TaskError, match=r"known format|empty"):
            found(source_of(stored))
