"""IPTC: the application record of the Information Interchange Model (IIM 4.2) in JPEG and TIFF."""

import re
import struct
from collections.abc import Iterator

from PIL import Image, TiffImagePlugin

from mserve.tasks.library.exif import moment
from mserve.tasks.library.fields import ITEMS, Fields

RESOURCE = 0x0404  # of Photoshop's image resources: the IIM records
MARKER = 0x1C
EXTENDED = 0x8000  # a length that says how many bytes the length takes
CHARSET, UTF8 = (1, 90), b"\x1b%G"
APPLICATION = 2
NAMES = {
    5: "ObjectName", 7: "EditStatus", 10: "Urgency", 12: "SubjectReference", 15: "Category",
    20: "SupplementalCategory", 22: "FixtureIdentifier", 25: "Keywords", 26: "ContentLocationCode",
    27: "ContentLocationName", 30: "ReleaseDate", 37: "ExpirationDate", 40: "SpecialInstructions",
    55: "DateCreated", 60: "TimeCreated", 62: "DigitalCreationDate", 63: "DigitalCreationTime",
    65: "OriginatingProgram", 70: "ProgramVersion", 75: "ObjectCycle", 80: "Byline",
    85: "BylineTitle", 90: "City", 92: "Sublocation", 95: "ProvinceState",
    100: "CountryCode", 101: "CountryName", 103: "OriginalTransmissionReference",
    105: "Headline", 110: "Credit", 115: "Source", 116: "CopyrightNotice", 118: "Contact",
    120: "Caption", 122: "WriterEditor", 130: "ImageType", 131: "ImageOrientation",
    135: "LanguageIdentifier",
}  # fmt: skip
DATES = {
    "DateCreated": "TimeCreated",
    "DigitalCreationDate": "DigitalCreationTime",
    "ReleaseDate": "",
    "ExpirationDate": "",
}
DAY = re.compile(r"(\d{4})(\d\d)(\d\d)")
CLOCK = re.compile(r"(\d{6})([+-]\d\d)?(\d\d)?")


def read_iptc(image: Image.Image, fields: Fields) -> None:
    """Puts the image's IIM records into the group `iptc`; broken ones end the reading."""
    found: dict[str, list[str]] = {}
    charset = "latin-1"
    for (record, dataset), value in _records(_block(image)):
        if (record, dataset) == CHARSET:
            charset = "utf-8" if value == UTF8 else charset
        elif record == APPLICATION and dataset in NAMES:
            texts = found.setdefault(NAMES[dataset], [])
            texts += [_text(value, charset)] if len(texts) < ITEMS else []
    for name, texts in found.items():
        whole = _date(name, found) or (texts if len(texts) > 1 else texts[0])
        fields.add("iptc", name, whole)


def _block(image: Image.Image) -> bytes:
    """The bytes of the records, wherever the format has them; none at all if there are none."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return _tiff_block(image)
    resources = image.info.get("photoshop")
    block = resources.get(RESOURCE) if isinstance(resources, dict) else None
    return block if isinstance(block, bytes) else b""


def _tiff_block(image: TiffImagePlugin.TiffImageFile) -> bytes:
    """The tag IPTC-NAA, or else that of Photoshop's resources.

    Photoshop writes IPTC-NAA as numbers, of which Pillow keeps one; so its bytes are taken as they
    are, as Pillow's getiptcinfo does.
    """
    stored = image.tag_v2._tagdata.get(TiffImagePlugin.IPTC_NAA_CHUNK)
    if stored is None:
        stored = image.get_photoshop_blocks().get(RESOURCE, {}).get("data", b"")
    return bytes(stored)


def _records(block: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    place = 0
    while place + 5 <= len(block) and block[place] == MARKER:
        record, dataset, length = struct.unpack_from(">BBH", block, place + 1)
        place += 5
        if length & EXTENDED:
            width = length - EXTENDED
            length = int.from_bytes(block[place : place + width])
            place += width
        yield (record, dataset), block[place : place + length]
        place += length


def _text(value: bytes, charset: str) -> str:
    try:
        return value.decode("utf-8")  # also where it was not announced
    except UnicodeDecodeError:
        return value.decode(charset, "replace")


def _date(name: str, found: dict[str, list[str]]) -> str:
    """A date with its time, as ISO 8601; an empty text for what is none."""
    if name not in DATES or not DAY.fullmatch(found[name][0]):
        return ""
    clock = CLOCK.match("".join(found.get(DATES[name], [])))
    if clock is None:
        return moment(found[name][0], "%Y%m%d").partition("T")[0]
    zone = f"{clock[2]}:{clock[3]}" if clock[3] else ""
    return moment(found[name][0] + clock[1], "%Y%m%d%H%M%S", zone)
