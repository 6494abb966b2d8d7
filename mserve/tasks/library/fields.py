"""Fields: what was found in a file's metadata, in groups, as JSON of a bounded size."""

import json
import math
import re
from collections.abc import Iterable
from numbers import Rational
from typing import Any

COUNT = 400  # fields in all
CHARACTERS = 200_000  # of JSON in all
TEXT = 1000  # characters of a text
ITEMS = 100  # of a list
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class Fields:
    """Groups of named values; `left_out` counts what is binary, or too much."""

    def __init__(self) -> None:
        self.groups: dict[str, dict[str, Any]] = {}
        self.left_out = 0
        self._count = self._characters = 0

    def add(self, group: str, name: str, value: object) -> None:
        """Takes the value in if it can be written as JSON and there is room."""
        kept = plain(value)
        size = len(name) + len(json.dumps(kept))
        if kept is None or self._count >= COUNT or self._characters + size > CHARACTERS:
            self.left_out += 1
            return
        self._count += 1
        self._characters += size
        self.groups.setdefault(group, {})[clean(name)] = kept


def plain(value: object) -> Any:
    """`value` as JSON: texts and lists are cut; None for what is binary, empty or no number."""
    if isinstance(value, bytes):
        value = _words(value)
    if isinstance(value, str):
        return clean(value) or None
    if isinstance(value, list | tuple):
        return [kept for each in value[:ITEMS] if (kept := plain(each)) is not None] or None
    if isinstance(value, bool | int):
        return value
    return _number(value) if isinstance(value, float | Rational) else None


def clean(text: str) -> str:
    """`text` without control characters, at most TEXT characters long."""
    cleaned = UNPRINTABLE.sub("", text[: 2 * TEXT]).strip()
    return cleaned if len(cleaned) <= TEXT else cleaned[: TEXT - 1] + "…"


def _words(value: bytes) -> str | None:
    """Bytes that are plain ASCII after all, such as a version."""
    text = value.rstrip(b"\0 ")
    return text.decode("ascii") if text.isascii() and text.decode("ascii").isprintable() else None


def _number(value: float | Rational) -> float | int | None:
    """A number that JSON can write; a fraction without a denominator is none."""
    if isinstance(value, Rational) and not value.denominator:
        return None
    number = float(value)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def numbers(value: object) -> list[float]:
    """The finite numbers of a list, or the one that `value` is; an empty list for anything else."""
    each: Iterable[object] = value if isinstance(value, list | tuple) else (value,)
    found = [_number(one) for one in each if isinstance(one, int | float | Rational)]
    return [float(one) for one in found if one is not None]
