"""What RFC 9110 says about conditions (13) and ranges (14) of GET and HEAD: requests, answers.

Of a file of SIZE bytes, and of an empty one. In the values of fields `{etag}` is the strong tag
with its quotes, `{raw}` without, `{L}` Last-Modified, `{before}` and `{after}` a second beside it,
`{L850}` and `{Lasc}` are its older forms. `nginx` is what nginx 1.22 answers where it differs,
and `why` says why we do not.
"""

import time
from collections.abc import Iterator
from email.utils import formatdate
from typing import NamedTuple

SIZE = 1000
OLD, FUTURE = "Sun, 06 Nov 1994 08:49:37 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"
MANY = ",".join(f"{n}-{n}" for n in range(0, 202, 2))


class Case(NamedTuple):
    rfc: str
    headers: dict[str, str]
    status: int
    range: str | None = None  # Content-Range; of several parts one after the other
    method: str = "GET"
    size: int = SIZE
    nginx: int | None = None
    why: str = ""


GRAMMAR = "14.1.1: invalid, so it may be rejected"
NO_UNIT = "14.2: not a range unit that is known, so it must be ignored"
LIST = "5.6.1.2: empty elements of a list must be accepted"
ABOVE = "14.1.2: a last position beyond the end means the end, whatever it is"
OVERLAP = "15.3.7.2: what overlaps is sent once"
HEAD_RANGE = "14.2: Range is for GET alone, and must be ignored elsewhere"
LATER = "13.1.3: unmodified since means at or before that time, not at that time alone"
WEAK = "13.1.5, 8.8.3.2: a weak tag matches no range"
NOTHING = "14.2: a Range may be ignored; 14.4 has no words for a part of nothing"
BROKEN_TAG = "8.8.3: no entity tag, and so no match"

# Range, status, Content-Range, paragraph, nginx, why
RANGES: tuple[tuple[object, ...], ...] = (
    ("bytes=0-0", 206, "0-0", "14.1.2"),
    ("bytes=0-9", 206, "0-9", "14.1.2"),
    ("bytes=0-499", 206, "0-499", "14.1.2"),
    ("bytes=500-999", 206, "500-999", "14.1.2"),
    ("bytes=998-999", 206, "998-999", "14.1.2"),
    ("bytes=999-999", 206, "999-999", "14.1.2"),
    ("bytes=0-999", 206, "0-999", "14.1.2"),
    ("bytes=0-1000", 206, "0-999", "14.1.2"),
    ("bytes=0-99999999", 206, "0-999", "14.1.2"),
    ("bytes=990-2000", 206, "990-999", "14.1.2"),
    ("bytes=0-", 206, "0-999", "14.1.2"),
    ("bytes=1-", 206, "1-999", "14.1.2"),
    ("bytes=999-", 206, "999-999", "14.1.2"),
    ("bytes=-1", 206, "999-999", "14.1.2"),
    ("bytes=-500", 206, "500-999", "14.1.2"),
    ("bytes=-999", 206, "1-999", "14.1.2"),
    ("bytes=-1000", 206, "0-999", "14.1.2"),
    ("bytes=-1001", 206, "0-999", "14.1.2"),
    ("bytes=-99999999", 206, "0-999", "14.1.2"),
    ("bytes=00-00", 206, "0-0", "14.1.1"),
    ("bytes=0000000000000000000000000005-9", 206, "5-9", "14.1.1"),
    ("bytes=5-99999999999999999999999999", 206, "5-999", "14.1.2", 416, ABOVE),
    ("bytes=-99999999999999999999999999", 206, "0-999", "14.1.2", 416, ABOVE),
    ("bytes=5-" + "9" * 5000, 206, "5-999", "14.1.2", 416, ABOVE),
    ("BYTES=0-9", 206, "0-9", "14.1"),
    ("Bytes=0-9", 206, "0-9", "14.1"),
    (" bytes=0-9 ", 206, "0-9", "5.5"),
    ("bytes= 0-9", 206, "0-9", "5.6.1"),
    ("bytes=0-9 ", 206, "0-9", "5.6.1"),
    ("bytes=0-9,", 206, "0-9", "5.6.1.2", 416, LIST),
    ("bytes=,0-9", 206, "0-9", "5.6.1.2", 416, LIST),
    ("bytes= , ,0-9 , ", 206, "0-9", "5.6.1.2", 416, LIST),
    ("bytes=1000-", 416, "*", "15.5.17"),
    ("bytes=1000-1000", 416, "*", "15.5.17"),
    ("bytes=1000-2000", 416, "*", "15.5.17"),
    ("bytes=1001-", 416, "*", "15.5.17"),
    ("bytes=99999999-", 416, "*", "15.5.17"),
    ("bytes=99999999999999999999999999-", 416, "*", "15.5.17"),
    ("bytes=-0", 416, "*", "14.1.2"),
    ("bytes=-00", 416, "*", "14.1.2"),
    ("bytes=1000-,2000-", 416, "*", "15.5.17"),
    ("bytes=", 200, None, "14.1.1: invalid, so it may be ignored"),
    ("bytes=-", 416, "*", GRAMMAR),
    ("bytes=,", 416, "*", GRAMMAR),
    ("bytes=abc", 416, "*", GRAMMAR),
    ("bytes=5", 416, "*", GRAMMAR),
    ("bytes=0-a", 416, "*", GRAMMAR),
    ("bytes=a-9", 416, "*", GRAMMAR),
    ("bytes=5-2", 416, "*", GRAMMAR),
    ("bytes=9-0", 416, "*", GRAMMAR),
    ("bytes=--5", 416, "*", GRAMMAR),
    ("bytes=-5-", 416, "*", GRAMMAR),
    ("bytes=+1-2", 416, "*", GRAMMAR),
    ("bytes=0x1-2", 416, "*", GRAMMAR),
    ("bytes=1.0-2", 416, "*", GRAMMAR),
    ("bytes=0-9;x", 416, "*", GRAMMAR),
    ("bytes=0-9 10-19", 416, "*", GRAMMAR),
    ("bytes=1 -2", 416, "*", GRAMMAR, 206, "14.1.1: no space is allowed there"),
    ("bytes=1- 2", 416, "*", GRAMMAR, 206, "14.1.1: no space is allowed there"),
    ("bytes=0-9,a-b", 416, "*", GRAMMAR),
    ("bytes=0-9,5-2", 416, "*", GRAMMAR, 206, GRAMMAR),
    ("items=0-9", 200, None, NO_UNIT),
    ("seconds=1-2", 200, None, NO_UNIT),
    ("none=0-9", 200, None, NO_UNIT),
    ("bytesx=0-9", 200, None, NO_UNIT),
    ("bytes", 200, None, NO_UNIT),
    ("bytes 0-9", 200, None, NO_UNIT),
    ("bytes =0-9", 200, None, NO_UNIT),
    ("=0-9", 200, None, NO_UNIT),
    ("0-9", 200, None, NO_UNIT),
    ("bytes=0-0,-1", 206, "0-0 999-999", "14.6"),
    ("bytes=0-9,100-109", 206, "0-9 100-109", "14.6"),
    ("bytes=0-9, 100-109", 206, "0-9 100-109", "14.6"),
    ("bytes=0-9\t,\t100-109", 206, "0-9 100-109", "5.6.1", 416, "5.6.3: a tab is white space"),
    ("bytes=0-9,10-19", 206, "0-9 10-19", "14.6"),
    ("bytes=500-509,0-9", 206, "500-509 0-9", "15.3.7.2"),
    ("bytes=-10,0-9,500-509", 206, "990-999 0-9 500-509", "15.3.7.2"),
    ("bytes=0-99,200-299,400-499,600-", 206, "0-99 200-299 400-499 600-999", "14.6"),
    ("bytes=0-9,2000-", 206, "0-9", "15.3.7.2"),
    ("bytes=2000-,0-9", 206, "0-9", "15.3.7.2"),
    ("bytes=0-9,2000-,100-109", 206, "0-9 100-109", "15.3.7.2"),
    ("bytes=0-9,-0", 206, "0-9", "15.3.7.2"),
    ("bytes=0-9,5-14", 206, "0-14", "15.3.7.2", 206, OVERLAP),
    ("bytes=0-9,0-9,0-9", 206, "0-9", "15.3.7.2", 206, OVERLAP),
    ("bytes=5-14,500-509,0-9", 206, "0-14 500-509", "15.3.7.2", 206, OVERLAP),
    ("bytes=0-,0-", 206, "0-999", "15.3.7.2", 200, OVERLAP),
    ("bytes=0-999,0-0", 206, "0-999", "15.3.7.2", 200, OVERLAP),
    ("bytes=0-500,-500", 206, "0-999", "15.3.7.2", 200, OVERLAP),
    ("bytes=0-9,,100-109", 206, "0-9 100-109", "5.6.1.2", 416, LIST),
    (f"bytes={MANY}", 200, None, "14.2", 206, "14.2: many small ranges may be ignored (17.15)"),
)  # fmt: skip

# fields, status, paragraph, nginx, why; each is asked by GET and by HEAD
CONDITIONS: tuple[tuple[object, ...], ...] = (
    ({"If-None-Match": "{etag}"}, 304, "13.1.2"),
    ({"If-None-Match": "W/{etag}"}, 304, "13.1.2, 8.8.3.2: weak comparison"),
    ({"If-None-Match": "*"}, 304, "13.1.2"),
    ({"If-None-Match": '"x"'}, 200, "13.1.2"),
    ({"If-None-Match": 'W/"x"'}, 200, "13.1.2"),
    ({"If-None-Match": '""'}, 200, "13.1.2"),
    ({"If-None-Match": '"x", {etag}'}, 304, "13.1.2"),
    ({"If-None-Match": '"x","y",W/{etag}'}, 304, "13.1.2"),
    ({"If-None-Match": ' , {etag} ,'}, 304, "5.6.1.2"),
    ({"If-None-Match": '"x", "y"'}, 200, "13.1.2"),
    ({"If-None-Match": '"x, {raw}"'}, 200, "8.8.3: a comma may be in a tag"),
    ({"If-None-Match": "{raw}"}, 200, BROKEN_TAG),
    ({"If-None-Match": "w/{etag}"}, 200, BROKEN_TAG),
    ({"If-None-Match": '"x'}, 200, BROKEN_TAG),
    ({"If-None-Match": "{etag}", "If-Modified-Since": "{before}"}, 304, "13.2.2", 200,
     "13.1.3: must be ignored where If-None-Match is there"),
    ({"If-None-Match": '"x"', "If-Modified-Since": "{L}"}, 200, "13.1.3: ignored beside the tag"),
    ({"If-None-Match": '"x"', "If-Modified-Since": "{after}"}, 200, "13.1.3"),
    ({"If-Modified-Since": "{L}"}, 304, "13.1.3"),
    ({"If-Modified-Since": "{after}"}, 304, "13.1.3", 200, LATER),
    ({"If-Modified-Since": FUTURE}, 304, "13.1.3", 200, LATER),
    ({"If-Modified-Since": "{before}"}, 200, "13.1.3"),
    ({"If-Modified-Since": OLD}, 200, "13.1.3"),
    ({"If-Modified-Since": "{L850}"}, 304, "5.6.7"),
    ({"If-Modified-Since": "{Lasc}"}, 304, "5.6.7"),
    ({"If-Modified-Since": "yesterday"}, 200, "13.1.3: no date, so no condition"),
    ({"If-Modified-Since": ""}, 200, "13.1.3: no date, so no condition"),
    ({"If-Modified-Since": "{L}, {L}"}, 200, "13.1.3: more than one member", 304,
     "13.1.3: a field with more than one member must be ignored"),
    ({"If-Modified-Since": "1794000000"}, 200, "5.6.7"),
    ({"If-Modified-Since": "Sun, 31 Foo 2100 00:00:00 GMT"}, 200, "5.6.7"),
    ({"If-Modified-Since": "Fri, 01 Jan 2100 24:61:00 GMT"}, 200, "5.6.7"),
    ({"If-Match": "{etag}"}, 200, "13.1.1"),
    ({"If-Match": "*"}, 200, "13.1.1"),
    ({"If-Match": '"x", {etag}'}, 200, "13.1.1"),
    ({"If-Match": "W/{etag}"}, 412, "13.1.1, 8.8.3.2: strong comparison"),
    ({"If-Match": '"x"'}, 412, "13.1.1"),
    ({"If-Match": '"x", "y"'}, 412, "13.1.1"),
    ({"If-Match": "{raw}"}, 412, BROKEN_TAG),
    ({"If-Match": ""}, 412, "13.1.1: no tag of none matches"),
    ({"If-Match": "{etag}", "If-Unmodified-Since": OLD}, 200, "13.1.4: ignored beside the tag",
     412, "13.1.4: must be ignored where If-Match is there"),
    ({"If-Match": '"x"', "If-Unmodified-Since": FUTURE}, 412, "13.2.2"),
    ({"If-Match": '"x"', "If-None-Match": "{etag}"}, 412, "13.2.2: If-Match is the first"),
    ({"If-Match": "{etag}", "If-None-Match": "{etag}"}, 304, "13.2.2"),
    ({"If-Match": "{etag}", "If-None-Match": '"x"'}, 200, "13.2.2"),
    ({"If-Match": "{etag}", "If-Modified-Since": "{L}"}, 304, "13.2.2"),
    ({"If-Unmodified-Since": "{L}"}, 200, "13.1.4"),
    ({"If-Unmodified-Since": "{after}"}, 200, "13.1.4"),
    ({"If-Unmodified-Since": FUTURE}, 200, "13.1.4"),
    ({"If-Unmodified-Since": "{before}"}, 412, "13.1.4"),
    ({"If-Unmodified-Since": OLD}, 412, "13.1.4"),
    ({"If-Unmodified-Since": "{L850}"}, 200, "5.6.7"),
    ({"If-Unmodified-Since": "{Lasc}"}, 200, "5.6.7"),
    ({"If-Unmodified-Since": "yesterday"}, 200, "13.1.4: no date, so no condition", 412,
     "13.1.4: what is no date must be ignored"),
    ({"If-Unmodified-Since": OLD, "If-None-Match": "{etag}"}, 412, "13.2.2"),
    ({"If-Unmodified-Since": "{L}", "If-None-Match": "{etag}"}, 304, "13.2.2"),
    ({"If-Unmodified-Since": "{L}", "If-Modified-Since": "{L}"}, 304, "13.2.2"),
)  # fmt: skip

# If-Range and others beside a Range; fields, status, Content-Range, paragraph, nginx, why
RANGE = {"Range": "bytes=0-9"}
IF_RANGE: tuple[tuple[object, ...], ...] = (
    ({"If-Range": "{etag}"}, 206, "0-9", "13.1.5"),
    ({"If-Range": " {etag} "}, 206, "0-9", "13.1.5"),
    ({"If-Range": '"x"'}, 200, None, "13.1.5"),
    ({"If-Range": "W/{etag}"}, 200, None, WEAK),
    ({"If-Range": "{raw}"}, 200, None, BROKEN_TAG),
    ({"If-Range": "*"}, 200, None, "13.1.5: a tag or a date, nothing else"),
    ({"If-Range": '"x", {etag}'}, 200, None, "13.1.5: one tag, no list"),
    ({"If-Range": "{L}"}, 206, "0-9", "13.1.5"),
    ({"If-Range": "{L850}"}, 206, "0-9", "5.6.7"),
    ({"If-Range": "{before}"}, 200, None, "13.1.5"),
    ({"If-Range": "{after}"}, 200, None, "13.1.5: the very same time"),
    ({"If-Range": OLD}, 200, None, "13.1.5"),
    ({"If-Range": FUTURE}, 200, None, "13.1.5"),
    ({"If-Range": "yesterday"}, 200, None, "13.1.5"),
    ({"If-Range": "{etag}", "Range": "bytes=0-9,100-109"}, 206, "0-9 100-109", "13.1.5"),
    ({"If-Range": "{etag}", "Range": "bytes=2000-"}, 416, "*", "14.2"),
    ({"If-Range": '"x"', "Range": "bytes=2000-"}, 200, None, "14.2"),
    ({"If-Range": '"x"', "Range": "bytes=a"}, 200, None, "14.2"),
    ({"If-Match": "{etag}"}, 206, "0-9", "13.2.2"),
    ({"If-Match": '"x"'}, 412, None, "13.2.2"),
    ({"If-Match": "{etag}", "If-Range": "{etag}"}, 206, "0-9", "13.2.2"),
    ({"If-Match": "{etag}", "If-Range": '"x"'}, 200, None, "13.2.2"),
    ({"If-Match": '"x"', "If-Range": "{etag}"}, 412, None, "13.2.2"),
    ({"If-None-Match": "{etag}"}, 304, None, "13.2.2"),
    ({"If-None-Match": '"x"'}, 206, "0-9", "13.2.2"),
    ({"If-None-Match": "{etag}", "If-Range": "{etag}"}, 304, None, "13.2.2"),
    ({"If-None-Match": '"x"', "If-Range": '"y"'}, 200, None, "13.2.2"),
    ({"If-Modified-Since": "{L}"}, 304, None, "13.2.2"),
    ({"If-Modified-Since": "{before}"}, 206, "0-9", "13.2.2"),
    ({"If-Unmodified-Since": "{before}"}, 412, None, "13.2.2"),
    ({"If-Unmodified-Since": "{L}"}, 206, "0-9", "13.2.2"),
    ({"If-None-Match": "{etag}", "Range": "bytes=2000-"}, 304, None, "13.2.2"),
    ({"If-Match": '"x"', "Range": "bytes=2000-"}, 412, None, "13.2.2"),
)  # fmt: skip

HEADS: tuple[tuple[object, ...], ...] = (
    ({"Range": "bytes=0-9"}, 200, HEAD_RANGE, 206, HEAD_RANGE),
    ({"Range": "bytes=0-9,100-109"}, 200, HEAD_RANGE, 206, HEAD_RANGE),
    ({"Range": "bytes=2000-"}, 200, HEAD_RANGE, 416, HEAD_RANGE),
    ({"Range": "bytes=a"}, 200, HEAD_RANGE, 416, HEAD_RANGE),
    ({"Range": "bytes=0-9", "If-Range": "{etag}"}, 200, HEAD_RANGE, 206, HEAD_RANGE),
    ({"Range": "bytes=0-9", "If-Range": '"x"'}, 200, HEAD_RANGE),
    ({"Range": "bytes=0-9", "If-None-Match": "{etag}"}, 304, "13.2.2"),
    ({"Range": "bytes=0-9", "If-Match": '"x"'}, 412, "13.2.2"),
)

# of an empty file: fields, status, Content-Range, paragraph, nginx, why
EMPTY: tuple[tuple[object, ...], ...] = (
    ({}, 200, None, "9.3.1"),
    ({"Range": "bytes=0-"}, 200, None, NOTHING),
    ({"Range": "bytes=0-0"}, 200, None, NOTHING),
    ({"Range": "bytes=-0"}, 200, None, NOTHING),
    ({"Range": "bytes=-5"}, 200, None, NOTHING),
    ({"If-None-Match": "{etag}"}, 304, None, "13.1.2"),
    ({"If-Match": '"x"'}, 412, None, "13.1.1"),
)


def cases() -> Iterator[Case]:
    for text, status, told, rfc, *rest in RANGES:
        yield Case(rfc, {"Range": text}, status, told, "GET", SIZE, *rest)
    for method in ("GET", "HEAD"):
        for headers, status, rfc, *rest in CONDITIONS:
            yield Case(rfc, headers, status, None, method, SIZE, *rest)
    for headers, status, told, rfc, *rest in IF_RANGE:
        yield Case(rfc, {**RANGE, **headers}, status, told, "GET", SIZE, *rest)
    for headers, status, rfc, *rest in HEADS:
        yield Case(rfc, headers, status, None, "HEAD", SIZE, *rest)
    for headers, status, told, rfc, *rest in EMPTY:
        yield Case(rfc, headers, status, told, "GET", 0, *rest)


def filled(headers: dict[str, str], etag: str, modified: float) -> dict[str, str]:
    """The fields with the validators of a representation, last modified at a time in seconds."""
    at = time.gmtime(modified)
    words = {
        "etag": etag,
        "raw": etag.strip('"'),
        "L": formatdate(modified, usegmt=True),
        "before": formatdate(modified - 1, usegmt=True),
        "after": formatdate(modified + 1, usegmt=True),
        "L850": time.strftime("%A, %d-%b-%y %H:%M:%S GMT", at),
        "Lasc": time.strftime("%a %b %e %H:%M:%S %Y", at),
    }
    return {name: text.format(**words) for name, text in headers.items()}


def check(case: Case, status: int, fields: dict[str, str], body: bytes, whole: bytes) -> str:
    """What is wrong with an answer to the case, by the case and by itself; '' if nothing is.

    fields: by lower-case names; whole: all bytes of the file that was asked for.
    """
    if status != case.status:
        return f"{status}"
    ranges = [_numbers(text) for text in (case.range or "").split() if text != "*"]
    told = fields.get("content-range")
    if status == 416:
        return "" if told == f"bytes */{case.size}" else f"Content-Range: {told}"
    if status == 206 and len(ranges) > 1:
        wanted = [(f"bytes {a}-{b}/{case.size}", whole[a : b + 1]) for a, b in ranges]
        return "" if parts(fields, body) == wanted else f"parts: {body!r}"
    if status in (200, 206):
        return _check_bytes(case, ranges, fields, body, whole)
    if status == 304 and (body or told or "etag" not in fields):
        return "304 with a body or without a tag"
    return "a body" if case.method == "HEAD" and body else ""


def _check_bytes(
    case: Case, ranges: list[tuple[int, int]], fields: dict[str, str], body: bytes, whole: bytes
) -> str:
    first, last = ranges[0] if ranges else (0, case.size - 1)
    wanted = f"bytes {first}-{last}/{case.size}" if ranges else None
    if fields.get("content-range") != wanted:
        return f"Content-Range: {fields.get('content-range')}"
    if fields["content-length"] != str(last + 1 - first):
        return f"Content-Length: {fields['content-length']}"
    sent = whole[first : last + 1] if case.method == "GET" else b""
    return "" if body == sent else "other bytes"


def parts(fields: dict[str, str], body: bytes) -> list[tuple[str, bytes]]:
    """Content-Range and bytes of each part of a multipart/byteranges answer."""
    kind, _, boundary = fields["content-type"].partition("; boundary=")
    assert kind == "multipart/byteranges"
    assert len(body) == int(fields["content-length"])
    first, *between, last = (b"\r\n" + body.lstrip(b"\r\n")).split(b"\r\n--" + boundary.encode())
    assert (first, last.strip()) == (b"", b"--")
    found = []
    for part in between:
        head, _, data = part.partition(b"\r\n\r\n")
        names = dict(line.split(": ", 1) for line in head.decode().strip().split("\r\n"))
        found.append((names["Content-Range"], data))
    return found


def _numbers(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last)
