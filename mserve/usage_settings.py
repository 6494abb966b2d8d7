"""The ini's lines about usage: for how long reports are kept, and metrics of the site's own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mserve.setting_words import days

Own = tuple[str, str, str, str]
"""URI, kind, unit and description of a metric."""
KINDS = ("value", "level", "rate")
EXAMPLE = "http://example.com/frames value frames Frames that were rendered"


def metrics(text: str) -> tuple[Own, ...]:
    """`<URI> <kind> <unit> <description>` in each line."""
    return tuple(_metric(line) for line in text.splitlines() if line.strip())


def _metric(line: str) -> Own:
    words = line.split(None, 3)
    if len(words) < 4 or words[1] not in KINDS or not words[0].startswith(("http://", "https://")):
        told = f"a URI, one of {', '.join(KINDS)}, a unit and a description: {EXAMPLE}"
        raise ValueError(f"{line.strip()!r} should be {told}")
    if words[0].startswith("http://mserve/"):
        raise ValueError(f"{words[0]}: the metrics of http://mserve/ are mserve's own")
    return words[0], words[1], words[2], words[3].strip()


LINES: dict[str, tuple[str, Callable[[str], Any]]] = {
    "usage_days": ("400", days),
    "usage_by_hour_days": ("92", days),
    "usage_by_day_days": ("800", days),
    "metrics": ("", metrics),
}
"""Each line without its `mserve.`: what it is by default, and what it may be."""
Read = Callable[[str, str, Callable[[str], Any]], Any]


@dataclass(frozen=True)
class UsageSettings:
    """For how many days reports are kept beside the sums, and sums by hour and by day, 0: for
    ever; and the site's metrics.
    """

    usage_days: int
    usage_by_hour_days: int
    usage_by_day_days: int
    metrics: tuple[Own, ...]


def parse(read: Read) -> UsageSettings:
    """The lines, as `read(name, default, convert)` has them."""
    found: Mapping[str, Any] = {name: read(name, *line) for name, line in LINES.items()}
    return UsageSettings(**found)
