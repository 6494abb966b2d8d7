"""What does metering cost? The same is asked of a stack while it meters and while it does not."""

from collections.abc import Callable, Sequence

from bench.client import Client, settings
from bench.in_turn import InTurn, commits, in_turn, settle, stopped
from bench.load.asked import MARK, Asked
from bench.report import Report, median
from bench.small import use_profile
from tests.functional.stack import Stack

SECONDS, ROUNDS, FEWEST = 12.0, 8, 3
"""Longer than from one look of the scheduler to the next, so that it books and indexes beside."""
BODY = MARK * 341  # 12 digits each: nearly 4 KiB
APART = "bench.apart"
Rates = tuple[list[float], list[float]]
"""Requests a second, metered and not."""


def measure(share: float) -> Report:
    rounds, seconds = max(FEWEST, round(ROUNDS * share)), SECONDS
    with in_turn() as both:
        put, met, made = counted(both, lambda: both.ratio(lambda n: new(f"a{n}"), rounds, seconds))
        with stopped(both.stack):
            later = both.ratio(lambda n: new(f"b{n}"), rounds, seconds)
        use_profile(both.stack, "default")
        job = both.ratio(lambda n: new(f"c{n}"), rounds, seconds)
        use_profile(both.stack, "none")
        get = both.ratio(lambda _: Asked("GET", "one"), rounds, seconds)
        check(both)
        told = settings(both.stack)
    with in_turn(APART) as both:
        apart = both.ratio(lambda n: new(f"a{n}"), rounds, seconds)
    asked = {
        "PUT 4 KiB, with its ingest job": job, "PUT 4 KiB, without a workflow": put,
        "the same, booked later": later, "the same, by processes that take no turns": apart,
        "GET 4 KiB": get,
    }  # fmt: skip
    return Report(
        question="What does metering cost?",
        columns=("by eight clients, in one service", "metered", "not metered", "ratio", "goal"),
        rows=[
            *(row(name, *rates) for name, rates in asked.items()),
            ["conflicts a commit of the web processes", f"{met / made:.4f}", "", "", "< 0.05"],
        ],
        samples={f"{name}, {kind}": rates for name, each in asked.items()
                 for kind, rates in zip(("metered", "not"), each, strict=True)},
        settings=told,
        notes=notes(rounds, seconds),
    )  # fmt: skip


def counted(both: InTurn, measured: Callable[[], Rates]) -> tuple[Rates, float, float]:
    """What that gives, and the conflicts and commits of the web processes meanwhile."""
    before = commits(both.stack)
    rates = measured()
    met, made = (now - then for now, then in zip(commits(both.stack), before, strict=True))
    return rates, met, made


def row(name: str, on: Sequence[float], off: Sequence[float]) -> list[str]:
    ratio = median([with_ / without for with_, without in zip(on, off, strict=True)])
    goal = "" if name.startswith("GET") else "≥ 0.95"
    return [name, f"{median(on):.0f}/s", f"{median(off):.0f}/s", f"{ratio:.3f}", goal]


def notes(rounds: int, seconds: float) -> tuple[str, ...]:
    return (
        f"{rounds} rounds of {seconds:g} s each, by wrk, of two web processes, which meter and do "
        "not, in turn; who is first alternates. The ratio is the median of those of the rounds. "
        "Jobs are made and wait: no worker takes them.",
        "Not metered: bench/unmetered.py, which the processes load, keeps reports from journal and "
        "figures, and notes of reads away. Booked later: the scheduler stands still meanwhile. "
        "Without turns: the processes load bench/apart.py, and so are as on machines of their own.",
    )


def new(folder: str) -> Asked:
    return Asked("PUT", f"{folder}/{MARK}", {"Content-Type": "text/plain"}, BODY)


def check(both: InTurn) -> None:
    """What is uploaded is counted while it is metered, and else not; reads were."""
    for metered in (True, False):
        both.meter(metered)
        before = reports(both.stack, "ingest")
        Client(both.stack.demo_url).put_small(f"check{metered}")
        settle(both.stack)
        assert reports(both.stack, "ingest") - before == metered
    assert reports(both.stack, "access")


def reports(stack: Stack, metric: str) -> int:
    """How many the service has of it."""
    query = {"metric": f"http://mserve/{metric}"}
    with stack.client(stack.admin) as client:
        answer = client.get("/demo/files/-/usage", params=query).raise_for_status()
    return sum(int(each["reports"]) for each in answer.json()["items"])
