"""A site of a million files that has been used for a year: how long do reports of usage take?

And what does metering cost (bench/metering.py)?
"""

import time
from collections.abc import Iterator

from bench import metering, used
from bench.client import settings
from bench.report import Report, median
from bench.used import ARRIVALS, DAYS, SERVICES
from mserve.resources import clock
from mserve.resources.period import DAY_LONG
from tests.functional.stack import Stack

CONTAINERS, FILES = 100, 1000
REPEATS = 20
DISC = "metric=http://mserve/disc"
COLD, WARM, YEAR = 500, 50, 100
"""Goals, in milliseconds: of the first report after a start, of the next, of a year by day."""


def measure(stack: Stack, share: float) -> Report:
    containers, files = max(2, int(CONTAINERS * share)), max(2 * ARRIVALS, int(FILES * share))
    stack.stop()
    began = time.monotonic()
    with used.tree(stack.data) as db:
        places = used.make(db, containers)
        used.use(db, places, "few", ARRIVALS)
    took = time.monotonic() - began
    stack.start()
    few = {name: warm(stack, path) for name, path in asked()}
    stack.stop()
    began = time.monotonic()
    with used.tree(stack.data) as db:
        used.use(db, places, "many", files - ARRIVALS)
    took += time.monotonic() - began
    rows, samples = [], {}
    for name, path in asked():
        stack.start()
        first, many = timed(stack, path), warm(stack, path)
        rows.append(row(name, first, many, few[name]))
        samples |= {f"{name}, many files": many, f"{name}, few files": few[name]}
        stack.stop()
    return Report(
        question="Reports of a site that has been used for a year: how many milliseconds?",
        columns=("report", "first, after a start", "goal", "median of the next", "goal",
                 f"with {ARRIVALS} files a service"),
        rows=rows,
        samples=samples,
        settings=settings(stack),
        notes=notes(containers, files, took),
        parts=(metering.measure(share),),
    )  # fmt: skip


def notes(containers: int, files: int, took: float) -> tuple[str, ...]:
    return (
        f"{containers} containers of {SERVICES} services of {files} files: "
        f"{containers * SERVICES * files}, each with figures of its own, of "
        f"{len(used.TYPES)} media types, by one key of each service. They came on {ARRIVALS} days "
        f"of the last {DAYS} to each service, and on other days to others: made in {took:.0f} s.",
        f"Last column: the medians of the same site when it had {ARRIVALS} files a service, on the "
        "same days: whether the number of files matters.",
        "By REST, over a connection that is there. Before each first one all is started anew.",
    )


def row(name: str, first: float, many: list[float], few: list[float]) -> list[str]:
    goal = YEAR if "by day" in name else WARM
    middle = f"{median(many):.1f}", f"< {goal}", f"{median(few):.1f}"
    return [name, f"{first:.0f}", f"< {COLD}", *middle]


def asked() -> Iterator[tuple[str, str]]:
    """Reports: what they are called, and where they are."""
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
    yield "container, a year by media type", f"/c0/-/usage?from={year}&group=mimetype"
    yield "site, statement", "/-/statement"


def warm(stack: Stack, path: str) -> list[float]:
    """The times of the next ones."""
    timed(stack, path)
    return [timed(stack, path) for _ in range(REPEATS)]


def timed(stack: Stack, path: str) -> float:
    with stack.client(stack.admin) as client:
        client.get("/-/health")  # the connection is there
        began = time.perf_counter()
        client.get(path).raise_for_status()
        return (time.perf_counter() - began) * 1000
