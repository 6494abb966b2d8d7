"""EXIF (CIPA DC-008): its fields under their names, dates as ISO 8601, the place in degrees."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from PIL import ExifTags, Image

from mserve.tasks.library.fields import Fields, numbers
from mserve.tasks.library.pixels import BROKEN

# How a TIFF is stored, or what is read elsewhere: offsets and sizes of strips and tiles, tables,
# other directories, and the blocks of XMP, IPTC, Photoshop and ICC.
STRUCTURE = frozenset(
    (
        *(273, 279, 301, 320, 324, 325, 330, 347, 512, 513, 514, 519, 520, 521, 700),
        *(33723, 34377, 34665, 34675, 34853, 37500, 37724, 40965, 50341),
    )
)
DATES = {  # with the fields of their offset from UTC, and of the fraction of the second
    "DateTime": ("OffsetTime", "SubsecTime"),
    "DateTimeOriginal": ("OffsetTimeOriginal", "SubsecTimeOriginal"),
    "DateTimeDigitized": ("OffsetTimeDigitized", "SubsecTimeDigitized"),
}
OFFSET = re.compile(r"[+-]\d\d:\d\d")
CHARSETS = {b"ASCII\0\0\0": "ascii", b"UNICODE\0": "utf-16", b"JIS\0\0\0\0\0": "iso2022_jp"}
COMMENT, WINDOWS = "UserComment", "XP"  # XPTitle and the like are UTF-16
PLACE = frozenset(
    "GPSLatitude GPSLatitudeRef GPSLongitude GPSLongitudeRef GPSAltitude GPSAltitudeRef "
    "GPSDateStamp GPSTimeStamp GPSVersionID".split()
)


def read_exif(image: Image.Image, fields: Fields) -> None:
    """Puts what the image's EXIF says into the groups `exif` and `gps`; raises one of BROKEN."""
    exif = image.getexif()
    named = dict(_named(exif, ExifTags.TAGS))
    named |= dict(_named(exif.get_ifd(ExifTags.IFD.Exif), ExifTags.TAGS))
    for name, value in named.items():
        fields.add("exif", name, _readable(name, value, named))
    located = dict(_named(exif.get_ifd(ExifTags.IFD.GPSInfo), ExifTags.GPSTAGS))
    for name, value in {**_place(located), **located}.items():
        if name not in PLACE:
            fields.add("gps", name, value)


def _named(directory: Any, names: Mapping[int, str]) -> Iterator[tuple[str, object]]:
    """Fields that cannot be read are passed over."""
    for tag in directory:
        if tag in STRUCTURE and names is ExifTags.TAGS:
            continue
        try:
            yield names.get(tag, f"0x{tag:04x}"), directory[tag]
        except BROKEN:
            continue


def _readable(name: str, value: object, named: Mapping[str, object]) -> object:
    if name in DATES:
        offset, fraction = (named.get(each) for each in DATES[name])
        return moment(str(value).strip("\0 "), "%Y:%m:%d %H:%M:%S", offset, fraction) or value
    if name == COMMENT and isinstance(value, bytes):
        return _comment(value)
    if name.startswith(WINDOWS) and isinstance(value, bytes):
        return value.decode("utf-16-le", "replace")
    return value


def moment(text: str, pattern: str, offset: object = None, fraction: object = None) -> str:
    """A date and time in ISO 8601; an empty text where it is none (cameras write blanks)."""
    try:
        found = datetime.strptime(text, pattern).isoformat()
    except ValueError:
        return ""
    part, zone = str(fraction or "").strip("\0 "), str(offset or "").strip("\0 ")
    found += f".{part[:9]}" if part.isascii() and part.isdecimal() else ""
    return found + (zone if OFFSET.fullmatch(zone) else "")


def _comment(value: bytes) -> object:
    """The text behind the eight bytes that name its charset; section 4.6.6 of CIPA DC-008."""
    charset, text = CHARSETS.get(value[:8], ""), value[8:]
    if charset == "utf-16" and text[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        charset = "utf-16-le" if text[1:2] == b"\0" else "utf-16-be"
    return text.decode(charset, "replace") if charset else text


def _place(located: Mapping[str, object]) -> dict[str, object]:
    """Latitude and longitude in degrees, altitude in metres, time in UTC, where they are given."""
    altitude = numbers(located.get("GPSAltitude"))
    below = located.get("GPSAltitudeRef") in (1, b"\1")
    found = {
        "latitude": _degrees(located, "GPSLatitude", "S", 90),
        "longitude": _degrees(located, "GPSLongitude", "W", 180),
        "altitude": (-altitude[0] if below else altitude[0]) if altitude else None,
        "time": _time(located),
    }
    return {name: value for name, value in found.items() if value is not None}


def _degrees(located: Mapping[str, object], name: str, negative: str, most: int) -> float | None:
    parts = numbers(located.get(name))
    if len(parts) != 3:
        return None
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    south = str(located.get(f"{name}Ref", "")).strip("\0 ").upper() == negative
    return round(-degrees if south else degrees, 7) if 0 <= degrees <= most else None


def _time(located: Mapping[str, object]) -> str | None:
    clock = numbers(located.get("GPSTimeStamp"))
    if len(clock) != 3:
        return None
    date = str(located.get("GPSDateStamp", "")).strip("\0 ")
    hours, minutes, seconds = clock
    text = f"{date} {hours:02.0f}:{minutes:02.0f}:{seconds // 1:02.0f}"
    return moment(text, "%Y:%m:%d %H:%M:%S", "+00:00") or None
