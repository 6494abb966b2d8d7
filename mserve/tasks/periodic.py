"""Periodic: workflows that start by the clock. Any number of schedulers start each run once.

What is due is moved on in the transaction that starts its job or round: of two schedulers that do
so at once one meets a conflict, and finds on its next attempt that there is nothing left to do.
"""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from ZODB.POSException import ConflictError

from mserve import database
from mserve.errors import BadInput, TaskError
from mserve.resources import clock
from mserve.resources.round import Errand
from mserve.resources.schedule import FILE, Ran, Scheduled
from mserve.settings import Settings
from mserve.tasks import engine, facts, rounds, steering
from mserve.tasks.condition import Condition
from mserve.tasks.queue import Queues

log = logging.getLogger(__name__)

BATCH = 100  # schedules
PERIODIC = "periodic"


def start_due(db: Any, settings: Settings, queues: Queues) -> None:
    """Starts what is due by now; one that fails keeps no other from starting."""
    moment = clock.now()
    after: str | None = ""
    while after is not None:
        page = database.run(db, partial(_due, moment, after))
        for key in page:
            _try(db, key, moment)
        after = page[-1] if page else None


def _due(moment: int, after: str, site: Any) -> list[str]:
    page = site.schedules.page(BATCH, after)
    return [key for key, scheduled in page if scheduled.next <= moment]


def _try(db: Any, key: str, moment: int) -> None:
    try:
        database.run(db, partial(fire, key, moment))
    except ConflictError:
        log.info("the schedule %s waits for the next turn: others are at it", key)
    except (BadInput, TaskError, LookupError, TypeError, ValueError):
        log.exception("the schedule %s cannot be followed", key)


def fire(key: str, moment: int, site: Any) -> None:
    """Starts what is due as `key` of the site's index, unless another scheduler has."""
    scheduled = site.schedules.get(key)
    if scheduled is None:
        return
    planned = scheduled.due(moment)
    if planned is not None and scheduled.service.closed(moment) is None:
        scheduled.last = _start(site, scheduled, partial(Ran, planned, moment))
    scheduled.go_on(moment)


def _start(site: Any, scheduled: Scheduled, ran: Callable[..., Ran]) -> Ran:
    last = scheduled.last
    if last is not None and _busy(site, last):
        words = "what the run before has started had not ended"
        return ran(job=last.job, round=last.round, words=words)
    try:
        if scheduled.schedule.each == FILE:
            return ran(round=_begin_round(scheduled))
        job = _start_job(scheduled)
        return ran(words="its condition did not hold") if job is None else ran(job=job)
    except (BadInput, TaskError) as fault:
        return ran(words=str(fault))


def _busy(site: Any, last: Ran) -> bool:
    """Whether what it started has not ended: work that nobody does is not piled up."""
    if last.job is not None:
        return last.job in site.active
    return last.round is not None and last.round in site.rounds


def _begin_round(scheduled: Scheduled) -> str:
    errand = Errand(PERIODIC, scheduled.name, scheduled.schedule.condition)
    return rounds.begin(scheduled.service, errand).id


def _start_job(scheduled: Scheduled) -> str | None:
    service, name = scheduled.service, scheduled.name
    known = facts.about(None, service, name, PERIODIC)
    if not Condition.parse(scheduled.schedule.condition).holds(known):
        return None
    job = engine.start(service, PERIODIC, name)
    return None if job is None else str(steering.note(job).id)
