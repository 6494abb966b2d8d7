"""Cron lines in a time zone: which moments they name, also where clocks are put forward or back.

A line is of five fields: minute, hour, day of the month, month, day of the week (crontab(5)); where
both days are given, either will do. A time that is left out as the clock is put forward comes at
the next that there is; one that comes twice as it is put back, comes the first time alone.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

from croniter import CroniterBadDateError, CroniterError, croniter

from mserve.errors import BadInput
from mserve.resources.clock import SECOND

LENGTH = 200  # characters
FIELDS = 5
WRITTEN = re.compile(r"[0-9A-Za-z*,/#\- ]+", re.ASCII)
UNSETTLED = re.compile(r"\b[hr]\b", re.IGNORECASE)  # croniter's "any", another one each time
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EXAMPLE = '"30 7 * * *" for half past seven each day'


def check_cron(line: object) -> str:
    """`line` with single blanks; raises BadInput where it is no cron line, or never comes."""
    if not isinstance(line, str) or len(line) > LENGTH:
        raise BadInput(f"should be a cron line of at most {LENGTH} characters, as {EXAMPLE}")
    fields = line.split()
    plain = " ".join(fields)
    if len(fields) != FIELDS or not WRITTEN.fullmatch(plain) or UNSETTLED.search(plain):
        raise BadInput(
            "should be a cron line of five fields, minute, hour, day of the month, month and day "
            f"of the week, as {EXAMPLE}"
        )
    try:
        croniter(plain, datetime(2000, 1, 1)).get_next(datetime)
    except CroniterBadDateError:
        raise BadInput("names a day that never comes") from None
    except CroniterError as fault:
        raise BadInput(f"is no cron line: {fault}; right is for example {EXAMPLE}") from None
    return plain


def check_timezone(name: object) -> str:
    """`name`, if it is one of the IANA time zone database; else BadInput."""
    if not isinstance(name, str) or name not in timezones():
        raise BadInput('should be a time zone of the IANA database, as "Europe/Berlin" or "UTC"')
    return name


@lru_cache(1)
def timezones() -> frozenset[str]:
    """The names of all time zones."""
    return frozenset(available_timezones())


def after(line: str, timezone: str, moment: int) -> int | None:
    """The first moment (µs) after `moment` that the line names there; None: none in 50 years.

    Raises BadInput where the time zone is not known any more.
    """
    return next(moments(line, timezone, moment), None)


def several(line: str, timezone: str, moment: int, number: int) -> list[int]:
    """The first `number` moments (µs) after `moment`."""
    return [*islice(moments(line, timezone, moment), number)]


def moments(line: str, timezone: str, moment: int) -> Iterator[int]:
    """All moments (µs) after `moment` in order."""
    zone = ZoneInfo(check_timezone(timezone))
    here = (EPOCH + timedelta(microseconds=moment)).astimezone(zone)
    times = croniter(line, here.replace(tzinfo=None, fold=0))  # aware times make it come twice
    while True:
        try:
            found = _moment(times.get_next(datetime), zone)
        except CroniterBadDateError:
            return
        if found > moment:  # it has been, where the clock was put back, or several in a gap
            moment = found
            yield found


def _moment(time: datetime, zone: ZoneInfo) -> int:
    """When the clock on the wall shows `time` first, or the next that it shows (µs)."""
    seen = time.replace(tzinfo=zone).astimezone(UTC)
    if seen.astimezone(zone).replace(tzinfo=None) != time:
        seen = _jump(time, zone)
    return int((seen - EPOCH).total_seconds()) * SECOND


def _jump(time: datetime, zone: ZoneInfo) -> datetime:
    """When the clock is put forward over `time`, to the second."""
    late = time.replace(tzinfo=zone, fold=0).astimezone(UTC)
    early = time.replace(tzinfo=zone, fold=1).astimezone(UTC)
    offset = late.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early).total_seconds() // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            late = middle
        else:
            early = middle
    return late
