"""Byte ranges (RFC 9110, 14): what a Range asks of so many bytes, with no more work than those.

Ranges that overlap are sent as one (15.3.7.2), so that no request gets more than the whole.
"""

import re
from typing import NamedTuple

MOST = 100  # ranges in one request; one that has more gets the whole (14.2)
UNIT = re.compile(r"bytes=(.+)", re.IGNORECASE)
SPEC = re.compile(r"([0-9]*)-([0-9]*)")
ENDLESS = 1 << 63


class Span(NamedTuple):
    """Bytes from `start` on, up to and without `stop`."""

    start: int
    stop: int

    def told(self, size: int) -> str:
        """As Content-Range has it (14.4)."""
        return f"bytes {self.start}-{self.stop - 1}/{size}"


def asked(field: str | None, size: int) -> list[Span] | None:
    """The spans to send, in the client's order; [] if none can be (416), None for the whole.

    Of nothing the whole is sent: no Content-Range can tell a part of it.
    """
    unit = UNIT.fullmatch(field.strip()) if field else None
    if unit is None or size == 0 or unit[1].count(",") >= MOST:
        return None
    specs = [spec for part in unit[1].split(",") if (spec := part.strip(" \t"))]
    found = [_span(spec, size) for spec in specs]
    if None in found:
        return []  # not by the grammar: rejected whole, as 14.2 allows
    return coalesced([span for span in found if span and span.start < span.stop])


def _span(spec: str, size: int) -> Span | None:
    """An int-range or suffix-range (14.1.1); an empty span where it has nothing; None if bad."""
    found = SPEC.fullmatch(spec)
    if found is None or spec == "-":
        return None
    first, last = found.groups()
    if not first:
        return Span(max(0, size - _number(last)), size)
    start, stop = _number(first), _number(last) + 1 if last else ENDLESS
    if stop <= start:
        return None
    return Span(min(start, size), min(stop, size))


def _number(digits: str) -> int:
    """The number, or one beyond any file; Python itself refuses thousands of digits."""
    digits = digits.lstrip("0")
    return int(digits or "0") if len(digits) < 19 else ENDLESS


def coalesced(spans: list[Span]) -> list[Span]:
    """`spans` where none overlaps another, in the order of their first appearance."""
    merged: list[tuple[int, Span]] = []
    for place, span in sorted(enumerate(spans), key=lambda item: item[1]):
        if merged and span.start < merged[-1][1].stop:
            before, last = merged[-1]
            merged[-1] = min(before, place), Span(last.start, max(last.stop, span.stop))
        else:
            merged.append((place, span))
    return [span for _, span in sorted(merged)]
