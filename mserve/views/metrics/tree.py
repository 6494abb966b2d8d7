"""Metrics of what the tree says: what is there, what waits. The same on every machine."""

from collections.abc import Iterator

from prometheus_client.core import Metric

from mserve.resources import unindexed
from mserve.resources.metrics import DISC_SPACE, FILE, INGEST, JOB
from mserve.resources.site import Site
from mserve.views.metrics.family import counter, gauge, gauges


def families(site: Site) -> Iterator[Metric]:
    """At the cost of the indexes of what is under way; the rest are sums that are kept."""
    yield gauge("mserve_schema", "The version of the tree's shape.", site.schema)
    yield gauge("mserve_jobs_active", "Jobs that have not ended.", site.active.count())
    states = {"due": site.due, "running": site.running}
    yield gauges(
        "mserve_task_runs", "Tasks that wait for a worker, or that one is at.",
        ("state",), (((name,), index.count()) for name, index in states.items()),
    )  # fmt: skip
    pending = site.journal.count_waiting()
    yield gauge("mserve_usage_pending", "Parcels of usage that are not booked yet.", pending)
    yield gauge(
        "mserve_index_pending", "Changes that searches do not know yet.", unindexed.count(site)
    )
    figures = site.usage.get
    yield gauge("mserve_files", "Files, without those in the trash.", figures(FILE).total)
    yield gauge("mserve_kept_bytes", "Bytes kept, versions and trash too.",
                figures(DISC_SPACE).total)  # fmt: skip
    yield counter("mserve_ingested_bytes", "Bytes that came in by uploads.", figures(INGEST).total)
    yield counter("mserve_jobs_ended", "Jobs that have ended.", figures(JOB).total)
