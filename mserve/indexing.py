"""Indexing: the catalogs are told what has changed, in batches, by whoever has time."""

from typing import Any

from mserve import database
from mserve.resources.site import Site
from mserve.settings import Settings
from mserve.tasks.queue import Queues

BATCH = 100  # nodes in one transaction


def index_changes(db: Any, settings: Settings, queues: Queues) -> None:
    """Brings all catalogs up to what the tree is now."""
    done = BATCH
    while done == BATCH:
        done = database.run(db, index_some)


def index_some(site: Site) -> int:
    """Indexes up to BATCH nodes that have changed; returns how many there were."""
    changes = site.unindexed.page(BATCH)
    for key, service in changes:
        _index(site, key.partition("-")[0], service)
        del site.unindexed[key]
    return len(changes)


def _index(site: Site, id: str, service: Any) -> None:
    """A node that is not in the service any more is taken out; what is in the trash may stay."""
    node = site.ids.get(id)
    if node is not None and node.in_tree and node.find("service") is service:
        service.catalog.put(node)
    elif node is None or node.in_tree:
        service.catalog.drop(id)
