"""Metrics for Prometheus, in its text format or as OpenMetrics (docs/production.md)."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from mserve.count_files import CountFiles
from mserve.counts import Values
from mserve.resources.site import Site
from mserve.tasks import counted
from mserve.views.metrics import counters, process, requests, tree, work
from mserve.views.metrics.family import gauge


class Exposition(NamedTuple):
    """Media type and text."""

    kind: str
    text: bytes


class Scrape(Collector):
    """What there is to tell at one moment; `site`: None where the tree is away."""

    def __init__(self, registry: Any, site: Site | None) -> None:
        self.registry, self.site = registry, site
        self.db = registry._zodb_databases[""]

    def collect(self) -> Iterator[Metric]:
        files: CountFiles = self.registry.count_files
        process.gauge_process(self.db)
        told, queues = self._from_redis()
        totals = files.total()
        yield gauge("mserve_redis_up", "Whether Redis answers.", queues is not None)
        yield gauge("mserve_tree_up", "Whether the tree is at hand.", self.site is not None)
        yield from process.families(totals, self.registry.mserve.data, self.db)
        yield from requests.families(totals.values)
        yield from counters.families(totals.values, told)
        yield from queues or ()
        yield from tree.families(self.site) if self.site is not None else ()

    def _from_redis(self) -> tuple[Values, list[Metric] | None]:
        queues, settings = self.registry.queues, self.registry.mserve
        try:
            return counted.told(queues.redis), [*work.families(queues.redis, settings)]
        except RedisError:
            return {}, None


def expose(accept: str, scrape: Scrape) -> Exposition:
    """What the client understands of the two formats."""
    encode, kind = choose_encoder(accept)
    return Exposition(kind, encode(scrape))
