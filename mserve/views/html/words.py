"""Words for people: sizes in binary units (IEC 80000-13), times, durations, kinds of files."""

from datetime import UTC, datetime, timedelta
from json import dumps
from typing import Any

UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
SPANS = ((86_400, "day"), (3600, "hour"), (60, "minute"))  # seconds
LONG_AGO = timedelta(days=30)


def size(number: int) -> str:
    """`number` bytes: 512 B, 1.5 KiB, 23 MiB."""
    amount, unit = float(number), UNITS[0]
    for unit in UNITS:
        if amount < 999.5 or unit == UNITS[-1]:
            break
        amount /= 1024
    digits = 0 if unit == "B" or amount >= 9.95 else 1
    return f"{amount:.{digits}f} {unit}"


def ago(text: str, now: datetime | None = None) -> str:
    """How long ago the moment `text` (RFC 3339) was: 5 minutes ago; a date where it is long ago."""
    moment = datetime.fromisoformat(text)
    passed = (now or datetime.now(UTC)) - moment
    if abs(passed) > LONG_AGO:
        return f"{moment.day} {moment:%b %Y}"
    seconds = abs(passed).total_seconds()
    for length, name in SPANS:
        if seconds >= length:
            past = passed > timedelta(0)
            number = int(seconds // length) if past else round(seconds / length)
            words = f"{number} {name}{'s' if number > 1 else ''}"
            return f"{words} ago" if past else f"in {words}"
    return "just now"


def exact(text: str) -> str:
    """The moment `text` (RFC 3339) to the second, in UTC."""
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def value(thing: Any) -> str:
    """A value of metadata or of a result: texts and lists of texts as they are, others as JSON."""
    if isinstance(thing, list) and all(isinstance(each, str) for each in thing):
        return ", ".join(thing)
    return thing if isinstance(thing, str) else dumps(thing, ensure_ascii=False)


def duration(seconds: float) -> str:
    """25 ms, 1.24 s, 14 s, 3 min 5 s, 2 h 40 min."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:
        return f"{seconds:.2f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def between(begin: str | None, end: str | None) -> str:
    """The duration from one moment (RFC 3339) to another; empty where one is missing."""
    if not begin or not end:
        return ""
    passed = datetime.fromisoformat(end) - datetime.fromisoformat(begin)
    return duration(max(passed.total_seconds(), 0))


KINDS = ("image", "video", "audio", "text")
ARCHIVES = ("zip", "tar", "gzip", "x-7z", "x-bzip", "x-xz", "x-rar", "zstd", "vnd.rar")
CODE = ("json", "xml", "html", "javascript", "x-python", "x-sh", "css", "yaml", "sql")
PAPERS = ("msword", "officedocument", "opendocument", "rtf", "epub", "postscript")


def kind(mimetype: str) -> str:
    """The icon that stands for a media type: image video audio text code pdf paper archive file."""
    major, _, minor = mimetype.partition("/")
    for name, hints in (("code", CODE), ("archive", ARCHIVES), ("paper", PAPERS)):
        if major in ("application", "text") and any(hint in minor for hint in hints):
            return name
    return major if major in KINDS else "pdf" if minor == "pdf" else "file"
