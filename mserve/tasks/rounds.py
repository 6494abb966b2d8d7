"""Rounds: a workflow on all files of a service or folder, carried on by schedulers page by page.

A page is one transaction: the files that it looks at, the jobs that it starts and the place where
the next begins. What a scheduler leaves undone as it dies, another takes up there.
"""

import logging
import random
import time
from functools import partial
from typing import Any

from ZODB.POSException import ConflictError

from mserve import database
from mserve.errors import BadInput, Conflict, TaskError
from mserve.resources import audit
from mserve.resources.audit import Action
from mserve.resources.round import Errand, Round
from mserve.resources.ways import Way
from mserve.settings import Settings
from mserve.tasks import engine, facts, steering
from mserve.tasks.condition import Condition
from mserve.tasks.queue import Queues
from mserve.tasks.sole import sole

log = logging.getLogger(__name__)

PAGE = 100  # files or folders in one transaction
MOST = 1000  # jobs of a round that wait or run at a time
WHILE = 3.0  # seconds of one turn: sweeps are not to wait for long
CARRYING = "mserve:round:"
LOCK = 10.0  # seconds for a page, after which another scheduler takes the round
WORDS = 500  # characters of a fault that are kept


def begin(top: Any, errand: Errand) -> Round:
    """A round over the files below `top`, by the profile as it is now. Raises BadInput."""
    service = top.find("service")
    profile = service.profiles[service.profile]
    if not engine.find_workflow(profile, errand.workflow).specs:
        raise BadInput(f"the workflow {errand.workflow!r} has no tasks")
    found = Round(top, errand, profile.edition)
    found.enter()
    audit.record(top, Action.ROUND_BEGIN, after={"round": found.id, "workflow": errand.workflow})
    return found


def cancel(round: Round) -> None:
    """Looks at no more files, and has its jobs stopped. Raises Conflict if it has ended."""
    if round.ended is not None or round.cancelled:
        raise Conflict(f"the round has ended already: it is {round.state}")
    round.cancelled = True
    audit.record(round.service, Action.ROUND_CANCEL, after={"round": round.id})


def remove(round: Round) -> None:
    """Forgets a round; its jobs stay. Raises Conflict where it has not ended."""
    if round.ended is None:
        raise Conflict("the round has not ended; cancel it first")
    del round.service.rounds[round.id]
    audit.record(round.service, Action.ROUND_REMOVE, {"round": round.id})


def carry_on(db: Any, settings: Settings, queues: Queues) -> None:
    """Has rounds go on for a while, in any order, but those that another scheduler is at."""
    ids = database.run(db, lambda site: [*site.rounds])
    random.shuffle(ids)
    deadline = time.monotonic() + WHILE
    for id in ids:
        more = True
        while more and time.monotonic() < deadline:
            more = _carry_on(db, id, queues)


def _carry_on(db: Any, id: str, queues: Queues) -> bool:
    """One page of the round; False where there is nothing to do now."""
    with sole(queues, CARRYING + id, LOCK) as lock:
        try:
            return lock is not None and database.run(db, partial(step, id))
        except ConflictError:
            log.info("the round %s waits for the next turn: its files are being changed", id)
            return False


def step(id: str, site: Any) -> bool:
    """One page of the round; False where there is nothing to do now."""
    round = site.rounds.get(id)
    if round is None:
        return False
    if not round.cancelled and not round.in_tree:
        round.cancelled, round.error = True, "what it went through is gone"
    if round.cancelled:
        return _stop_some(site, round)
    if not round.looked_through and round.active <= MOST - PAGE:
        _start_page(round)
        return True
    if round.looked_through and round.active == 0:
        round.close()
    return False


def _start_page(round: Round) -> None:
    started: list[str] = []
    faults: list[str] = []
    files = round.next_files(PAGE)
    for way, mfile in files:
        try:
            if _is_meant(round, mfile):
                started.append(_start(round, mfile))
        except (TaskError, BadInput) as fault:
            faults.append(_words(way, fault))
    round.note(started, len(files) - len(started) - len(faults), faults)


def _is_meant(round: Round, mfile: Any) -> bool:
    errand = round.errand
    known = facts.of_file(mfile) | facts.of_content(mfile, mfile.content)
    asked = facts.about(known, round.service, errand.workflow, errand.trigger)
    return Condition.parse(errand.condition).holds(asked)


def _start(round: Round, mfile: Any) -> str:
    errand = round.errand
    job = engine.start_edition(
        mfile, errand.trigger, errand.workflow, round.edition, errand.queue, round
    )
    return str(job.id)


def _words(way: Way, fault: Exception) -> str:
    return f"{'/'.join(way)}: {fault}"[:WORDS]


def _stop_some(site: Any, round: Round) -> bool:
    """Stops some of its jobs; False once there are none."""
    left = [site.active[id] for id in round.job_ids() if id in site.active][:PAGE]
    for job in left:
        steering.stop(site, job)
    if not left:
        round.close()
    return bool(left)
