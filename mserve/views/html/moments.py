"""Moments as forms have them: local date and time (HTML, datetime-local), and a time zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mserve.errors import BadInput
from mserve.resources import clock
from mserve.resources.cron import check_timezone, timezones

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
USUAL = "UTC"
PLACES = tuple(sorted(
    name for name in timezones()
    if name == USUAL or ("/" in name and not name.startswith(("Etc/", "posix/", "right/")))
))  # fmt: skip
"""The time zones that are offered: those that are called by a place."""


def written(moment: int | None, zone: str) -> str:
    """The moment (µs) on the clocks of the zone, to the second. Raises BadInput."""
    place = ZoneInfo(check_timezone(zone))
    if moment is None:
        return ""
    here = EPOCH + timedelta(seconds=moment // clock.SECOND)
    return here.astimezone(place).replace(tzinfo=None).isoformat()


def read(text: str, zone: str) -> str | None:
    """The moment (RFC 3339) that the clocks of the zone show; None where nothing is typed.

    Raises BadInput.
    """
    plain = text.strip()
    if not plain:
        return None
    place = ZoneInfo(check_timezone(zone))
    try:
        found = datetime.fromisoformat(plain)
    except ValueError:
        raise BadInput(f"{text:.40}: should be date and time, such as 2026-11-27T18:00") from None
    return (found if found.tzinfo else found.replace(tzinfo=place)).astimezone(UTC).isoformat()
