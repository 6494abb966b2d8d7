"""Refusals: attempts that were refused come into the audit log, though they changed nothing.

A web process puts alike ones of a moment together and pushes them to a list in Redis, by a thread
of its own, so that who guesses costs no write of the tree and waits for nothing. Schedulers settle
them, each under the key that it got when it was pushed: what is there already is not added again.
Where Redis is away the log of the process has a line.
"""

import atexit
import json
import logging
import threading
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from redis.exceptions import RedisError

from mserve import database
from mserve.resources import clock
from mserve.resources.asker import Asker
from mserve.resources.audit import WIDTH, Action, Stored, Subject
from mserve.resources.audit_keys import new_key
from mserve.resources.audit_log import MOST
from mserve.settings import Settings
from mserve.tasks.bell import Bell
from mserve.tasks.queue import Queues
from mserve.tasks.sole import sole

log = logging.getLogger(__name__)

WAITING = "mserve:refused"
SETTLING = "mserve:refused-settling"
WINDOW = 1.0  # seconds, in which alike ones are put together
DIFFERENT = 1000  # of them that a process keeps in a window
KEPT = 10_000  # parcels that wait for a scheduler
BATCH = 100  # parcels in one transaction


class Refusal(NamedTuple):
    """An attempt: who, at what, by which method, the status that answered it, and the caveat."""

    asker: Asker
    subject: Subject
    method: str
    status: int
    caveat: str | None = None


class Refusals:
    """Those of one process."""

    def __init__(self, queues: Queues) -> None:
        self.queues = queues
        self._counts: dict[Refusal, int] = {}
        self._dropped = 0
        self._guard = threading.Lock()
        self._bell = Bell("refusals", self.push, WINDOW)
        atexit.register(self.push)

    def end(self) -> None:
        """What is noted is told no more."""
        self._bell.end()

    def note(self, refusal: Refusal) -> None:
        """It was refused just now."""
        with self._guard:
            if refusal in self._counts or len(self._counts) < DIFFERENT:
                self._counts[refusal] = self._counts.get(refusal, 0) + 1
            else:
                self._dropped += 1
        self._bell.ring()

    def push(self) -> None:
        """Hands what there is to Redis."""
        with self._guard:
            counts, dropped = self._counts, self._dropped
            self._counts, self._dropped = {}, 0
        if dropped:
            log.warning("%d refused attempts are not recorded: too many different ones", dropped)
        found = [*counts.items()]
        for at in range(0, len(found), MOST):
            self._push(found[at : at + MOST])

    def _push(self, found: list[tuple[Refusal, int]]) -> None:
        redis: Any = self.queues.redis
        try:
            if redis.llen(WAITING) < KEPT:
                redis.rpush(WAITING, parcel(found))
                return
            fault: object = "no scheduler settles them"
        except RedisError as error:
            fault = error
        times = sum(number for _, number in found)
        log.warning("%d refused attempts are not recorded: %s", times, fault)


def parcel(found: Sequence[tuple[Refusal, int]]) -> str:
    """Events with the key of the entry that they are going to be."""
    return json.dumps({"key": new_key(clock.now()), "events": [_event(*each) for each in found]})


def _event(refusal: Refusal, times: int) -> list[Any]:
    asker, subject, method, status, caveat = refusal
    told = {"method": method, "status": status, "times": times}
    told |= {} if caveat is None else {"caveat": caveat}
    who = (asker.actor, asker.door, asker.address)
    return [*who, Action.REFUSE.value, subject.ids.hex(), subject.path, None, told]


def settle(db: Any, settings: Settings, queues: Queues) -> None:
    """Has the audit log know what was refused, unless another scheduler is at it."""
    redis: Any = queues.redis
    some = redis.llen(WAITING) > 0
    while some:
        with sole(queues, SETTLING) as lock:
            texts = redis.lrange(WAITING, 0, BATCH - 1) if lock is not None else []
            if texts:
                database.run(db, partial(_settle, texts))
                _take_off(redis, texts)
        some = len(texts) == BATCH


def _take_off(redis: Any, texts: list[bytes]) -> None:
    """By what they are, not by where: another scheduler may have taken some off meanwhile."""
    with redis.pipeline(transaction=False) as pipe:
        for text in texts:
            pipe.lrem(WAITING, 1, text)
        pipe.execute()


def _settle(texts: list[bytes], site: Any) -> None:
    for text in texts:
        try:
            key, events = _read(text)
        except (ValueError, KeyError, TypeError):
            log.warning("%s holds what is no refused attempt; it is left out", WAITING)
            continue
        if site.audit.note_once(key, events):
            for id in {event[4][:WIDTH].hex() or site.id for event in events}:
                site.audit.index(id, key)


def _read(text: bytes) -> tuple[str, list[Stored]]:
    found = json.loads(text)
    return found["key"], [
        (actor, door, address, action, bytes.fromhex(ids), path, before, after)
        for actor, door, address, action, ids, path, before, after in found["events"]
    ]
