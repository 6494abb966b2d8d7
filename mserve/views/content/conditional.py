"""Preconditions of reads: whether the content is sent, in the order of RFC 9110, 13.2.2.

A field that is no list of tags matches nothing, a date that is none sets no condition. Writes have
theirs in views/preconditions.py, in the transaction that stores.
"""

import re
from calendar import timegm
from collections.abc import Mapping
from time import gmtime

SAFE = frozenset({"GET", "HEAD"})
TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'  # entity-tag, 8.8.3
TAGS = re.compile(rf"[ \t,]*(?:{TAG})?(?:[ \t]*,[ \t]*(?:{TAG})?)*[ \t,]*")  # #entity-tag, 5.6.1

DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_M = "|".join(MONTHS)
_DAY, _TIME = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)", r"(\d\d):(\d\d):(\d\d)"
_WEEKDAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
IMF = re.compile(rf"{_DAY}, (\d\d) ({_M}) (\d{{4}}) {_TIME} GMT", re.ASCII)  # 5.6.7
RFC850 = re.compile(rf"{_WEEKDAY}, (\d\d)-({_M})-(\d\d) {_TIME} GMT", re.ASCII)
ASCTIME = re.compile(rf"{_DAY} ({_M}) ([\d ]\d) {_TIME} (\d{{4}})", re.ASCII)


def verdict(
    method: str, headers: Mapping[str, str], etag: str | None, modified: int | None
) -> int | None:
    """304 or 412, the status that ends the request; None where it is to be carried out.

    etag: the opaque tag without its quotes, strong; None where nothing is there.
    modified: seconds since 1970.
    """
    if not _unchanged(headers, etag, modified):
        return 412
    if "If-None-Match" in headers:
        if not matches(headers["If-None-Match"], etag, weak=True):
            return None
        return 304 if method in SAFE else 412
    since = date(headers.get("If-Modified-Since", "")) if method in SAFE else None
    return 304 if since is not None and modified is not None and modified <= since else None


def _unchanged(headers: Mapping[str, str], etag: str | None, modified: int | None) -> bool:
    """If-Match (13.1.1), or without it If-Unmodified-Since (13.1.4)."""
    if "If-Match" in headers:
        return matches(headers["If-Match"], etag, weak=False)
    since = date(headers.get("If-Unmodified-Since", ""))
    return since is None or modified is None or modified <= since


def matches(field: str, etag: str | None, *, weak: bool) -> bool:
    """Whether one of the tags in `field` is `etag`, by weak or strong comparison (8.8.3.2)."""
    if etag is None:
        return False
    if field.strip() == "*":
        return True
    if not TAGS.fullmatch(field):
        return False
    accepted = {f'"{etag}"'} | ({f'W/"{etag}"'} if weak else set())
    return not accepted.isdisjoint(re.findall(TAG, field))


def in_range(field: str | None, etag: str, modified: int, now: float) -> bool:
    """If-Range (13.1.5): whether a Range may be honoured, so that old and new never mix.

    A date is a strong validator only once its second is over (8.8.2.2).
    """
    if field is None:
        return True
    since = date(field)
    if since is not None:
        return since == modified and modified < int(now)
    return field.strip() == f'"{etag}"'


def date(text: str) -> int | None:
    """Seconds since 1970 of an HTTP-date in any of its three forms (5.6.7), else None."""
    text = text.strip()
    if not text:
        return None
    if found := IMF.fullmatch(text):
        day, month, year, *clock = found.groups()
    elif found := RFC850.fullmatch(text):
        day, month, year, *clock = found.groups()
        year = str(_century(int(year)))
    elif found := ASCTIME.fullmatch(text):
        month, day, *clock, year = found.groups()
    else:
        return None
    hour, minute, second = map(int, clock)
    if not (0 < int(day) < 32 and hour < 24 and minute < 60 and second < 61):
        return None
    return timegm((int(year), MONTHS.index(month) + 1, int(day), hour, minute, second))


def http_date(seconds: int) -> str:
    """The HTTP-date (IMF-fixdate, 5.6.7) of so many seconds since 1970."""
    year, month, day, hour, minute, second, weekday, *_ = gmtime(seconds)
    date = f"{DAYS[weekday]}, {day:02} {MONTHS[month - 1]} {year:04}"
    return f"{date} {hour:02}:{minute:02}:{second:02} GMT"


def _century(year: int) -> int:
    """A two-digit year that seems over 50 years ahead is the last one of these digits (5.6.7)."""
    present = gmtime().tm_year
    full = present - present % 100 + year
    return full - 100 if full > present + 50 else full
