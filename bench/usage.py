"""A site of 1000 services that has been used for a year: how long do reports of usage take?"""

import os
import time
from collections.abc import Iterator
from functools import partial
from typing import Any
from unittest.mock import patch

from bench.client import settings
from bench.report import Report, median
from mserve import booking, provision
from mserve.database import open_database, run
from mserve.resources import clock
from mserve.resources.figure import Figure
from mserve.resources.mark import Mark
from mserve.resources.metrics import INGEST, TASK
from mserve.resources.period import DAY_LONG
from mserve.resources.usage import enter, kept
from mserve.settings import Settings
from tests.functional.stack import Stack

CONTAINERS, SERVICES, DAYS, FILES = 100, 10, 365, 1
TYPES = ("image/jpeg", "video/mp4", "text/plain", "application/pdf", "audio/flac")
REPEATS = 20
DISC = "metric=http://mserve/disc"


def measure(stack: Stack, share: float) -> Report:
    containers = max(2, int(CONTAINERS * share))
    began = time.monotonic()
    filled = fill(stack, containers)
    took = time.monotonic() - began
    rows, samples = [], {}
    for name, path in asked(stack):
        stack.stop()
        stack.start()
        cold, *warm = (timed(stack, path) for _ in range(REPEATS))
        samples[name] = warm
        rows.append([name, f"{cold:.1f}", f"{median(warm):.1f}"])
    return Report(
        question="Reports of a site that has been used for a year: how many milliseconds?",
        columns=("report", "first, after a start", "median of the next"),
        rows=rows,
        samples=samples,
        settings=settings(stack),
        notes=(
            f"{containers} containers of {SERVICES} services; in each {FILES} files a day come for "
            f"{DAYS} days, of {len(TYPES)} media types, by one key of each service: "
            f"{filled} entries, booked in all in {took:.0f} s. "
            "They are entered as uploads do, past the doors, and without objects for "
            "the files: no report reads those.",
        ),
    )


def asked(stack: Stack) -> Iterator[tuple[str, str]]:
    year = clock.rfc3339((clock.now() - DAYS * DAY_LONG) // DAY_LONG * DAY_LONG)
    yield "site, in all", "/-/usage"
    yield "service, in all", "/c0/s0/-/usage"
    yield "site, summary", "/-/usagesummary"
    yield "site, a year by day, one metric", f"/-/usage?{DISC}&from={year}&group=day"
    yield "site, a year by day, all metrics", f"/-/usage?from={year}&group=day"
    yield "container, a year by month", f"/c0/-/usage?from={year}&group=month"
    yield "site, by media type", "/-/usage?group=mimetype"
    yield "container, by key", "/c0/-/usage?group=key"
    yield "site, by each of its services, one metric", f"/-/usage?{DISC}&group=service"
    yield "container, last month by media type", f"/c0/-/usage?from={year}&group=mimetype"
    yield "site, statement", "/-/statement"


def timed(stack: Stack, path: str) -> float:
    with stack.client(stack.admin) as client:
        client.get("/-/health")  # the connection is there
        began = time.perf_counter()
        client.get(path).raise_for_status()
        return (time.perf_counter() - began) * 1000


def fill(stack: Stack, containers: int) -> int:
    """What has been used in a year; returns the number of entries."""
    os.environ["MSERVE_DATA"] = str(stack.data)
    db = open_database(Settings.from_ini(stack.ini))
    try:
        for number in range(containers):
            keys = run(db, partial(make, number))
            for service, key in enumerate(keys):
                run(db, partial(use, number, service, key))
            with patch("mserve.resources.journal.open_since", return_value=0):  # as it came
                while run(db, booking.book_some):
                    pass
        return containers * SERVICES * DAYS * FILES
    finally:
        db.close()
        del os.environ["MSERVE_DATA"]


def make(number: int, site: Any) -> list[str]:
    container, _ = provision.make_container(site, f"c{number}")
    made = (provision.make_service(container, f"s{n}") for n in range(SERVICES))
    return [keys[1][0].id for _, keys in made]


def use(container: int, number: int, key: str, site: Any) -> None:
    service = site[f"c{container}"][f"s{number}"]
    begin = clock.now() - DAYS * DAY_LONG
    for day in range(DAYS):
        for file in range(FILES):
            moment = begin + day * DAY_LONG + file * 1_000_000
            mark = Mark((key,), TYPES[(day + file) % len(TYPES)])
            size = 1000 * (day + 1)
            changes = kept(size, moment, 1) | {INGEST: Figure.of(size), TASK: Figure.of(1, 1)}
            enter(service.lineage(), changes, moment, mark.payer, mark.tags)
