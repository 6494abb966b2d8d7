"""IPTC and XMP, what a PNG says late, and metadata that is hostile or damaged."""

import json
import struct
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mserve.errors import TaskError
from mserve.tasks.library.fields import TEXT
from tests.unit.tasks.library.marked import (
    CAMERA,
    IIM,
    XMP,
    chunk,
    found,
    jpeg_with_iptc,
    png_with,
    record,
    resources,
    tiff_in_words,
    tiff_with,
    with_exif,
)
from tests.unit.tasks.library.pictures import encoded, quarters


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
