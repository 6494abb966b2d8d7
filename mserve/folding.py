"""Folding: reads of content, which web processes told to Redis, come into the tree, once each.

A parcel is counted in the transaction that notes its number (resources/tellers.py), and taken out
of Redis after. Whoever is killed in between, or does it as well, counts it no second time. A read
is charged to the nodes that it was made in, those that are still there, in the hour of its end.
"""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from mserve import database
from mserve.resources.figure import Figure, Figures
from mserve.resources.mark import paid, typed
from mserve.resources.metering import enter
from mserve.resources.metrics import ACCESS, ACCESS_TIME, INTERRUPTED, RESPONSE_TIME
from mserve.resources.period import Grain, span_of
from mserve.settings import Settings
from mserve.tasks.queue import Queues
from mserve.tasks.reads import FIELD, PARTS, READS, Group, Place, Read, unpack
from mserve.tasks.sole import sole

log = logging.getLogger(__name__)

FOLDING = "mserve:reads-folding"
BATCH = 100  # parcels in one transaction


def fold(db: Any, settings: Settings, queues: Queues) -> None:
    """Has the tree know of all reads that were told, unless another scheduler is at it."""
    redis: Any = queues.redis
    some = redis.xlen(READS) > 0
    while some:
        with sole(queues, FOLDING) as lock:
            parcels = redis.xrange(READS, count=BATCH) if lock is not None else []
            if parcels:
                database.run(db, partial(fold_some, [fields for _, fields in parcels]))
                redis.xdel(READS, *(id for id, _ in parcels))
        some = len(parcels) == BATCH  # what comes meanwhile is the next round's


def fold_some(parcels: Sequence[dict[bytes, bytes]], site: Any) -> None:
    """Counts the parcels, fields of the stream, but for those that are counted already."""
    found: dict[tuple[Place, int], list[Read]] = defaultdict(list)
    for fields in parcels:
        for place, hour, reads in _new_groups(site, fields):
            found[place, hour] += reads
    count(site, found)


def count(site: Any, reads: Mapping[tuple[Place, int], list[Read]]) -> None:
    """Counts the reads of each place and hour (period.number_of)."""
    for (place, hour), some in reads.items():
        _enter(site, Group(place, hour, some))


def _new_groups(site: Any, fields: dict[bytes, bytes]) -> Sequence[Group]:
    try:
        told, groups = unpack(fields[FIELD.encode()])
        return groups if site.tellers.hear(told) else ()
    except (ValueError, KeyError, TypeError):
        log.warning("%s holds what tells of no reads; it is left out", READS)
        return ()


def _enter(site: Any, group: Group) -> None:
    """Counts reads at what they were of, and what was above it, as far as that is there."""
    nodes, payer, mimetype = group.place
    known = (site.ids.get(id) for id in nodes if id != site.id)
    there = [node for node in known if node is not None and node.in_tree]
    tags = (*paid(payer), *typed(mimetype))
    moment = span_of(Grain.HOUR, group.hour).start
    enter([*there, site], figures(group.reads), moment, payer, tags)


def figures(reads: Sequence[Read]) -> Figures:
    """What the reads come to, by metric."""
    amounts: dict[str, list[float]] = {
        ACCESS: [read.sent for read in reads],
        RESPONSE_TIME: [read.first / PARTS for read in reads],
        ACCESS_TIME: [read.last / PARTS for read in reads if read.last is not None],
        INTERRUPTED: [1 for read in reads if read.cut],
    }
    return {uri: Figure.of(*some) for uri, some in amounts.items() if some}


def forget_tellers(db: Any, settings: Settings, queues: Queues) -> None:
    """Lets go of processes that are gone for long."""
    database.run(db, lambda site: site.tellers.forget())
