"""Images with metadata that the tests write, by Pillow or by hand."""

import struct
import zlib
from typing import Any

from PIL import ExifTags, Image, TiffImagePlugin

from tests.unit.tasks.library.pictures import TASKS, encoded, quarters

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


def png_with(name: bytes, data: bytes) -> bytes:
    stored = encoded(quarters())
    return stored[:33] + chunk(name, data) + stored[33:]


def chunk(name: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + check
