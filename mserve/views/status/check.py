"""Check: one part of the site that was looked at, in words that can be said in any language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

FINE, LOOK, WRONG = STATES = ("fine", "look", "wrong")
"""All is well; it goes on, but somebody should look; something does not work."""
UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


@dataclass(frozen=True)
class Check:
    """`detail` and `advice` are texts to be translated, which `values` are put into."""

    name: str
    state: str
    detail: str
    advice: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        return {
            "name": str(self.name),
            "state": self.state,
            "detail": str(self.detail) % self.values,
            "advice": str(self.advice) % self.values or None,
        }


def worst(checks: Iterable[Check]) -> str:
    """The state of all of them together."""
    return STATES[max((STATES.index(each.state) for each in checks), default=0)]


def size(number: float) -> str:
    """In binary units."""
    unit = UNITS[0]
    for unit in UNITS:
        if number < 1000 or unit == UNITS[-1]:
            break
        number /= 1024
    return f"{number:.0f} {unit}" if number >= 10 or unit == UNITS[0] else f"{number:.1f} {unit}"


def days(seconds: float) -> str:
    """How long in short: `40 s`, `3 h`, `2 d`."""
    for unit, long in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * long:
            return f"{seconds / long:.0f} {unit}"
    return f"{seconds:.0f} s"
