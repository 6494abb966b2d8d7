"""Chores: what a scheduler does now and then, beside its sweeps. Any number may do them at once."""

import logging
from typing import Any

from mserve import database
from mserve.ingest.trash import purge_expired
from mserve.resources import clock
from mserve.settings import Settings
from mserve.tasks.queue import Queues

log = logging.getLogger(__name__)

BATCH = 100  # things in one transaction
DAY = 86_400  # seconds
PACKED = "mserve:packed"


def empty_trash(db: Any, settings: Settings, queues: Queues) -> None:
    """Removes for good what has been in the trash for its time."""
    gone = BATCH
    while gone == BATCH:
        gone = database.run(db, lambda site: purge_expired(site, clock.now(), BATCH))


def pack(db: Any, settings: Settings, queues: Queues) -> None:
    """Once a day frees the bytes of what is used no more: contents, and records of the tree.

    What was there `settings.pack_days` days ago can still be undone.
    """
    if queues.redis.set(PACKED, clock.now(), nx=True, ex=DAY):
        log.info("packing what was left behind %d days ago", settings.pack_days)
        db.pack(days=settings.pack_days)


CHORES = (empty_trash, pack)
