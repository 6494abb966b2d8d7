"""The ini's lines about usage: how long reports are kept, own metrics, and what a front logs."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mserve.ini import Ini, Lines
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


def front_log(text: str) -> Path | None:
    if text and not text.startswith("/"):
        raise ValueError("should be an absolute path, as /var/log/nginx/mserve-reads.log")
    return Path(text) if text else None


def _of_nginx(front: str, text: str) -> Path | None:
    if text and front != "nginx":
        raise ValueError("is for mserve.sendfile = nginx alone; take one of the lines away")
    return front_log(text)


LINES: Lines = {
    "usage_days": ("400", days),
    "usage_by_hour_days": ("92", days),
    "usage_by_day_days": ("800", days),
    "metrics": ("", metrics),
    "front_log": ("", front_log),
}


@dataclass(frozen=True)
class UsageSettings:
    """For how many days reports are kept beside the sums, and sums by hour and by day, 0: for
    ever; the site's metrics; and where the front logs reads, if it does.
    """

    usage_days: int
    usage_by_hour_days: int
    usage_by_day_days: int
    metrics: tuple[Own, ...]
    front_log: Path | None


def parse(ini: Ini) -> UsageSettings:
    """What `ini` says in these lines; it remembers what is wrong with them."""
    of_nginx = partial(_of_nginx, ini.read("sendfile", "none", str))
    return UsageSettings(**ini.values({**LINES, "front_log": ("", of_nginx)}))
