"""Reads of content: noted in memory, told to Redis by a thread, folded into the tree by schedulers.

So no request waits for a note, and nothing is written to the tree as it is read. What a process
has noted in the last tenth of a second is lost where it is killed; what Redis loses is lost. A
parcel of which Redis did not say whether it has it is told again: schedulers (mserve/folding.py)
know it by its number.
"""

import atexit
import json
import logging
import threading
from collections import deque
from collections.abc import Iterable
from secrets import token_hex
from typing import Any, NamedTuple

from redis.exceptions import RedisError

from mserve.resources import clock
from mserve.resources.asker import Payer
from mserve.resources.period import HOUR_LONG
from mserve.resources.tellers import Told
from mserve.tasks.bell import Bell
from mserve.tasks.queue import Queues

log = logging.getLogger(__name__)

READS = "mserve:reads"  # a stream of parcels
FIELD = "parcel"
REST = 0.1  # seconds between two words of one process to Redis
AWAY = 2.0  # seconds before a Redis that was away is tried again
MOST = 1000  # reads in a parcel
KEPT = 200_000  # reads that wait for a Redis that is away
PARTS = 64
"""Of a millisecond, as times are noted; by a power of two, sums of milliseconds are exact."""


class Place(NamedTuple):
    """What was read, and by whom: ids of the node and those above it; who pays; the media type."""

    nodes: tuple[str, ...]
    payer: Payer
    mimetype: str


class Read(NamedTuple):
    """Bytes of content that were sent, whether it ended before all were, and the time from the
    request to the first and to the last of them, in PARTS of a millisecond; None: a front knows.
    """

    sent: int
    cut: int
    first: int
    last: int | None


class Group(NamedTuple):
    """Reads of one place in one hour (period.number_of)."""

    place: Place
    hour: int
    reads: list[Read]


Note = tuple[Place, int, Read]
"""Of what, when (µs), and how."""


class Reads:
    """Those of one process."""

    def __init__(self, queues: Queues, rest: float = REST) -> None:
        self.queues, self.rest = queues, rest
        self._notes: deque[Note] = deque()
        self._untold: tuple[int, str] | None = None
        self._number = self._dropped = 0
        self._teller = ""
        self._away = False
        self._guard = threading.Lock()
        self._bell = Bell("reads", self.tell, rest)
        atexit.register(self.tell)

    def end(self) -> None:
        """What is noted is told no more."""
        self._bell.end()
        atexit.unregister(self.tell)

    def note(self, place: Place, read: Read) -> None:
        """The read has ended now."""
        if len(self._notes) < KEPT:
            self._notes.append((place, clock.now(), read))
            self._bell.ring()
        else:
            self._dropped += 1

    def tell(self) -> None:
        """Hands what there is to Redis, in parcels; one after the other, so by rising numbers."""
        with self._guard:
            try:
                while self._untold or self._notes:
                    self._tell_one()
                self._back()
            except RedisError as fault:
                self._gone(fault)

    def _tell_one(self) -> None:
        if self._untold is None:
            some = [self._notes.popleft() for _ in range(min(len(self._notes), MOST))]
            self._untold = len(some), self._parcel(some)
        self.queues.redis.xadd(READS, {FIELD: self._untold[1]})
        self._untold = None

    def _parcel(self, notes: list[Note]) -> str:
        now = clock.now()
        self._teller = (
            self._teller or f"{now:016x}{token_hex(8)}"
        )  # that of the process, not a fork's
        self._number += 1
        return pack(Told(self._teller, self._number, now), grouped(notes))

    def _gone(self, fault: RedisError) -> None:
        if not self._away:
            log.warning("reads of content wait in memory to be counted: %s", fault)
        self._away, self._bell.rest = True, max(AWAY, self.rest)
        self._bell.ring()

    def _back(self) -> None:
        if self._away:
            log.info("reads of content are counted again")
        if self._dropped:
            log.error("%d reads of content are not counted: Redis was away", self._dropped)
        self._away, self._dropped, self._bell.rest = False, 0, self.rest


def grouped(notes: Iterable[Note]) -> list[Group]:
    """The notes by what was read, by whom, and in which hour."""
    groups: dict[tuple[Place, int], list[Read]] = {}
    for place, moment, read in notes:
        key = place, moment // HOUR_LONG
        if key in groups:
            groups[key].append(read)
        else:
            groups[key] = [read]
    return [Group(place, hour, reads) for (place, hour), reads in groups.items()]


def pack(told: Told, groups: Iterable[Group]) -> str:
    """As it is in Redis."""
    return json.dumps([told, [*groups]], separators=(",", ":"))


def unpack(text: bytes) -> tuple[Told, list[Group]]:
    """What `pack` was given. Raises ValueError, TypeError where that is no parcel."""
    told, groups = json.loads(text)
    return Told(*told), [_group(*each) for each in groups]


def _group(place: list[Any], hour: int, reads: list[Any]) -> Group:
    nodes, payer, mimetype = place
    found = Place(tuple(map(str, nodes)), tuple(map(str, payer)), str(mimetype))
    return Group(found, int(hour), [_read(*each) for each in reads])


def _read(sent: int, cut: int, first: int, last: int | None) -> Read:
    return Read(int(sent), int(cut), int(first), None if last is None else int(last))
