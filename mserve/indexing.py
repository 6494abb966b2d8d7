"""Indexing: the catalogs are told what has changed, in batches, by whoever has time.

A batch is indexed in one transaction, and its keys are taken away in the next, which alone can meet
the uploads that add some (resources/unindexed.py); those of this machine wait meanwhile. What is
indexed twice, as a scheduler was killed between the two, is the same afterwards.
"""

from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import Any

from mserve import database
from mserve.resources import unindexed
from mserve.resources.loading import prefetch
from mserve.resources.site import Site
from mserve.settings import Settings
from mserve.taking_turns import of_writers
from mserve.tasks.queue import Queues
from mserve.tasks.sole import sole

BATCH = 500  # changes in one transaction
INDEXING = "mserve:indexing"


def index_changes(db: Any, settings: Settings, queues: Queues) -> None:
    """Brings all catalogs up to what the tree is now, unless another scheduler is at it."""
    done = BATCH
    while done == BATCH:
        with sole(queues, INDEXING) as lock:
            done = index_batch(db, settings) if lock else 0


def index_batch(db: Any, settings: Settings) -> int:
    """Indexes up to BATCH changes; returns how many there were."""
    done = database.run(db, index_some)
    if done:
        with of_writers(settings).held():
            database.run(db, partial(note_indexed, done))
    return len(done)


def index_some(site: Site) -> Sequence[str]:
    """Indexes up to BATCH changes, and returns their keys, which stay."""
    keys = unindexed.waiting(site, BATCH)
    of = {unindexed.ids(each): None for each in keys}
    nodes = {id: site.ids.get(id) for id in {*chain.from_iterable(of)}}
    prefetch(nodes.values())
    prefetch(part for id, _ in of if nodes[id] is not None for part in nodes[id].parts())
    for id, service in of:
        if nodes[service] is not None:
            _index(id, nodes[id], nodes[service])
    return keys


def note_indexed(keys: Sequence[str], site: Site) -> None:
    """Takes keys away; what has changed since has others."""
    unindexed.discard(site, keys)


def _index(id: str, node: Any, service: Any) -> None:
    """A node that is not in the service any more is taken out; what is in the trash may stay."""
    if node is not None and node.in_tree and node.find("service") is service:
        service.catalog.put(node)
    elif node is None or node.in_tree:
        service.catalog.drop(id)
