"""Expiring: a scheduler lets go of sums of usage by fine times, when these are long over.

It holds the lock of booking, so that the two never change the same rows at once. Each time it does
some transactions, and goes on the next time.
"""

import time
from functools import partial
from typing import Any

from mserve import database
from mserve.booking import BOOKING
from mserve.resources import clock
from mserve.resources.expiry import expire, keep_from
from mserve.resources.period import DAY_LONG, Grain, around
from mserve.settings import Settings
from mserve.tasks.queue import Queues
from mserve.tasks.sole import sole
from mserve.usage_settings import UsageSettings

MANY, ROWS = 100, 2000  # accounts that are looked at, and rows that go, in one transaction
LONGEST = 2.0  # seconds each time
STEPS_KEPT = 2  # days


def expire_rows(db: Any, settings: Settings, queues: Queues) -> None:
    """Lets go of rows whose time is over, in some accounts; in the others the next times."""
    end = time.monotonic() + LONGEST
    with sole(queues, BOOKING) as lock:
        if lock is not None:
            database.run(db, partial(note_ends, settings.usage))
            while time.monotonic() < end and database.run(db, expire_some):
                pass


def note_ends(settings: UsageSettings, site: Any) -> None:
    """Notes since when rows are kept; before the first time there were none by five minutes."""
    now, known = clock.now(), site.series.kept_from
    days = {
        Grain.STEP: STEPS_KEPT,
        Grain.HOUR: settings.usage_by_hour_days,
        Grain.DAY: settings.usage_by_day_days,
    }
    keep_from(site.series, {each: now - days[each] * DAY_LONG for each in days if days[each]})
    if not known:
        begin = around(Grain.STEP, now).start
        site.series.kept_from = {**site.series.kept_from, Grain.STEP.value: begin}


def expire_some(site: Any) -> bool:
    """A part of it; False: nothing was left."""
    return expire(site.series, MANY, ROWS)
