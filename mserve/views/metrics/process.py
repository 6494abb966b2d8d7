"""Metrics of the web processes of this machine, and of its disks."""

import platform
import resource
import shutil
import time
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from prometheus_client.core import InfoMetricFamily, Metric

from mserve.count_files import Totals
from mserve.counts import COUNTS, NOW
from mserve.views.metrics.family import counter, gauge, gauges

CONNECTIONS, OBJECTS, MEMORY = (f"{NOW}{name}" for name in ("connections", "objects", "memory"))
PROCESSOR = "processor"
SIZES = {
    MEMORY: ("mserve_web_resident_bytes", "Memory of the web processes."),
    CONNECTIONS: ("mserve_zodb_connections", "Connections to the tree, of the web processes."),
    OBJECTS: ("mserve_zodb_cached_objects", "Objects of the tree in the web processes' memory."),
}


def gauge_process(db: Any) -> None:
    """Counts what this web process has at the moment. Any thread may ask for it."""
    sizes = db.cacheDetailSize()
    COUNTS.set(CONNECTIONS, len(sizes))
    COUNTS.set(OBJECTS, sum(each["ngsize"] for each in sizes))
    COUNTS.set(MEMORY, _resident())
    COUNTS.set(PROCESSOR, time.process_time())


def _resident() -> int:
    """Bytes, as proc(5) has them in `statm`."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()


def families(totals: Totals, data: Path, db: Any) -> Iterator[Metric]:
    yield _build()
    yield gauge("mserve_web_processes", "Web processes of this machine.", totals.processes)
    for record, (name, words) in SIZES.items():
        yield gauge(name, words, totals.values.get(record, [0.0])[0])
    spent = totals.values.get(PROCESSOR, [0.0])[0]
    yield counter("mserve_web_cpu_seconds", "Processor time of the web processes.", spent)
    disks = {"data": data, "blobs": Path(db.storage.temporaryDirectory())}
    used = {name: shutil.disk_usage(folder) for name, folder in disks.items()}
    for part, words in (("free", "that nothing is on"), ("total", "of all")):
        yield gauges(
            f"mserve_disk_{part}_bytes", f"Bytes {words}, of the disk of a folder.", ("folder",),
            (((name,), getattr(found, part)) for name, found in used.items()),
        )  # fmt: skip


@cache
def _build() -> Metric:
    told = {"version": version("mserve"), "python": platform.python_version()}
    return InfoMetricFamily("mserve_build", "What runs here.", value=told)
