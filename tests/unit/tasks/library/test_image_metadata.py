"""What images say of themselves."""

import json
import struct
import zlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms, TiffImagePlugin

from mserve.errors import TaskError
from mserve.tasks.library.fields import CHARACTERS, COUNT, ITEMS, TEXT, Fields
from mserve.tasks.library.pixels import SRGB
from tests.unit.tasks.library.pictures import FORMATS, TASKS, encoded, quarters

TASK = TASKS["image_metadata"]
BASE, GPS = ExifTags.Base, ExifTags.GPS


def found(source: Any) -> dict[str, Any]:
    return dict(TASK.run(source, {}).result)


def exif_of(base: Any = (), inside: Any = (), place: Any = ()) -> Image.Exif:
    exif = Image.Exif()
    exif.update(base)
    exif.get_ifd(ExifTags.IFD.Exif).update(inside)
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(place)
    return exif


def with_exif(kind: str, exif: Image.Exif) -> bytes:
    return encoded(quarters(), kind, exif=exif.tobytes())


PARIS = {
    GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (48.0, 51.0, 29.6),
    GPS.GPSLongitudeRef: "W", GPS.GPSLongitude: (2.0, 17.0, 40.2),
    GPS.GPSAltitudeRef: b"\1", GPS.GPSAltitude: 35.5,
    GPS.GPSDateStamp: "2024:05:01", GPS.GPSTimeStamp: (10.0, 34.0, 56.7),
    GPS.GPSImgDirection: 90.25,
}  # fmt: skip
CAMERA = exif_of(
    {BASE.Make: "Maker", BASE.Orientation: 1, BASE.DateTime: "2024:05:02 00:00:00"},
    {
        BASE.ExposureTime: 1 / 250, BASE.FNumber: 2.8, BASE.ISOSpeedRatings: 200,
        BASE.DateTimeOriginal: "2024:05:01 12:34:56", BASE.OffsetTimeOriginal: "+02:00",
        BASE.SubsecTimeOriginal: "123", BASE.DateTimeDigitized: "    :  :     :  :  ",
        BASE.ExifVersion: b"0232", BASE.UserComment: b"UNICODE\0" + "größer".encode("utf-16-le"),
        BASE.MakerNote: bytes(range(256)),
    },
    PARIS,
)  # fmt: skip


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


def record(dataset: int, value: bytes, kind: int = 2) -> bytes:
    return struct.pack(">BBBH", 0x1C, kind, dataset, len(value)) + value


IIM = (
    record(90, b"\x1b%G", 1)
    + record(5, "Größe".encode())
    + record(25, b"one")
    + record(25, b"two")
    + record(55, b"20240501")
    + record(60, b"123456+0200")
    + record(62, b"20240502")
    + record(200, b"unknown")
)


def resources(block: bytes) -> bytes:
    """Photoshop's image resources with the records in one of them."""
    padded = block + b"\0" * (len(block) % 2)
    return b"8BIM\x04\x04\0\0" + struct.pack(">I", len(block)) + padded


def jpeg_with_iptc(block: bytes) -> bytes:
    segment = b"Photoshop 3.0\0" + resources(block)
    marker = b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment
    stored = encoded(quarters(), "JPEG")
    return stored[:2] + marker + stored[2:]


def tiff_with(tag: int, value: Any, kind: int) -> bytes:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags.tagtype[tag] = kind
    tags[tag] = value
    return encoded(quarters(), "TIFF", tiffinfo=tags)


def tiff_in_words() -> bytes:
    """The records as Photoshop writes them: as whole numbers, with zeros at the end."""
    block = IIM + bytes(-len(IIM) % 4)
    stored = tiff_with(33723, block, 7)
    entry = struct.pack("<HHI", 33723, 7, len(block))
    assert entry in stored
    return stored.replace(entry, struct.pack("<HHI", 33723, 4, len(block) // 4))


@pytest.mark.parametrize(
    "stored",
    [
        jpeg_with_iptc(IIM),
        tiff_with(33723, IIM, 7),
        tiff_in_words(),
        tiff_with(34377, resources(IIM), 1),
    ],
    ids=["JPEG", "TIFF", "TIFF in words", "TIFF by Photoshop"],
)
def test_iptc(source_of: Any, stored: bytes) -> None:
    assert found(source_of(stored))["iptc"] == {
        "ObjectName": "Größe",
        "Keywords": ["one", "two"],
        "DateCreated": "2024-05-01T12:34:56+02:00",
        "TimeCreated": "123456+0200",
        "DigitalCreationDate": "2024-05-02",
    }


def test_iptc_in_latin_1_long_and_cut(source_of: Any) -> None:
    long = struct.pack(">BBBHI", 0x1C, 2, 120, 0x8004, 5000) + b"x" * 5000
    block = record(105, b"Gr\xf6\xdfe") + long + record(80, b"never ends")[:8]
    iptc = found(source_of(jpeg_with_iptc(block)))["iptc"]
    assert iptc["Headline"] == "Größe"
    assert iptc["Caption"] == "x" * (TEXT - 1) + "…"


RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
XMP = f"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="kit"><rdf:RDF {RDF}>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="5"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:m="http://ns.adobe.com/xap/1.0/mm/"
  xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#" xmlns:own="http://own.example/">
 <xmp:CreateDate>2024-05-01T12:34:56+02:00</xmp:CreateDate>
 <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Tower</rdf:li>
   <rdf:li xml:lang="de">Turm</rdf:li></rdf:Alt></dc:title>
 <dc:subject><rdf:Bag><rdf:li>one</rdf:li><rdf:li>two</rdf:li></rdf:Bag></dc:subject>
 <m:History><rdf:Seq><rdf:li stEvt:action="created"/><rdf:li stEvt:action="saved"/></rdf:Seq>
 </m:History>
 <own:thing rdf:resource="http://elsewhere.example/"/>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF"])
def test_xmp(source_of: Any, kind: str) -> None:
    if kind == "TIFF":
        stored = tiff_with(700, XMP.encode(), 1)
    elif kind == "PNG":
        stored = png_with(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP.encode())
    else:
        stored = encoded(quarters(), kind, xmp=XMP.encode())
    assert found(source_of(stored))["xmp"] == {
        "xmp:Rating": "5",
        "xmp:CreateDate": "2024-05-01T12:34:56+02:00",
        "dc:title": "Tower",
        "dc:subject": ["one", "two"],
        "xmpMM:History/stEvt:action": ["created", "saved"],
        "http://own.example/thing": "http://elsewhere.example/",
    }


def png_with(name: bytes, data: bytes) -> bytes:
    stored = encoded(quarters())
    return stored[:33] + chunk(name, data) + stored[33:]


def chunk(name: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + check


def test_what_a_png_says_behind_its_pixels(source_of: Any) -> None:
    late = chunk(b"eXIf", CAMERA.tobytes()[6:])
    late += chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP.encode())
    stored = encoded(quarters())
    told = found(source_of(stored[:-12] + late + stored[-12:]))
    assert told["exif"]["Make"] == "Maker" and told["xmp"]["xmp:Rating"] == "5"
    assert told["gps"]["latitude"] == pytest.approx(48.8582222, abs=1e-6)


LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "lol">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><x>&i;</x>"
)
SECRET = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>'


@pytest.mark.parametrize(
    ("packet", "words"),
    [
        (LAUGHS, "declares the entity"),
        (SECRET, "declares the entity"),
        ("<x>", "no well-formed XML"),
        ("words", "no well-formed XML"),
        ('<?xml version="1.0" encoding="odd"?><x/>', "no well-formed XML"),
        ("<x>" * 2000, "within one another"),
    ],
)
def test_xmp_that_is_hostile_or_broken(source_of: Any, packet: str, words: str) -> None:
    told = found(source_of(encoded(quarters(), "JPEG", xmp=packet.encode(), exif=CAMERA)))
    assert words in told["faults"][0] and told["faults"][0].startswith("XMP: ")
    assert told["exif"]["Make"] == "Maker" and "xmp" not in told


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


SEEDS = [
    *(with_exif(kind, CAMERA) for kind in ("JPEG", "PNG", "TIFF", "WEBP", "AVIF", "HEIF")),
    jpeg_with_iptc(IIM),
    tiff_with(34377, resources(IIM), 1),
    encoded(quarters(), "JPEG", xmp=XMP.encode()),
]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_damaged_images_give_fields_or_a_clear_failure(source_of: Any, data: Any) -> None:
    stored = bytearray(data.draw(st.sampled_from(SEEDS)))
    places = st.integers(0, min(len(stored), 1200) - 1)  # where the metadata are, mostly
    for place, value in data.draw(st.dictionaries(places, st.integers(0, 255), max_size=6)).items():
        stored[place] = value
    try:
        assert json.dumps(found(source_of(bytes(stored))))
    except TaskError as fault:
        assert str(fault)
