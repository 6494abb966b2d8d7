"""What does metering cost? The same is asked of a stack that meters and of one that does not."""

from collections.abc import Sequence

from bench.client import settings
from bench.load.asked import MARK, Asked
from bench.pair import Pair, commits, pair, stopped
from bench.report import Report, median

SECONDS, ROUNDS, FEWEST = 2.5, 15, 3
BODY = MARK * 341  # 12 digits each: nearly 4 KiB
APART = "bench.apart"


def measure(share: float) -> Report:
    rounds, seconds = max(FEWEST, round(ROUNDS * share)), max(1.0, SECONDS * share)
    with pair() as both:
        before = commits(both.metered)
        put = both.ratio(lambda n: new(f"a{n}"), rounds, seconds)
        met, made = (now - then for now, then in zip(commits(both.metered), before, strict=True))
        with stopped(both):
            later = both.ratio(lambda n: new(f"b{n}"), rounds, seconds)
        both.use_profile("default")
        job = both.ratio(lambda n: new(f"c{n}"), rounds, seconds)
        both.use_profile("none")
        get = both.ratio(lambda _: Asked("GET", "one"), rounds, seconds)
        check(both)
        told = settings(both.metered)
    with pair(APART) as both:
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


def row(name: str, on: Sequence[float], off: Sequence[float]) -> list[str]:
    ratio = median([with_ / without for with_, without in zip(on, off, strict=True)])
    goal = "" if name.startswith("GET") else "≥ 0.95"
    return [name, f"{median(on):.0f}/s", f"{median(off):.0f}/s", f"{ratio:.3f}", goal]


def notes(rounds: int, seconds: float) -> tuple[str, ...]:
    return (
        f"{rounds} rounds of {seconds:g} s each, by wrk, of two web processes; both stacks run on "
        "this machine, and are asked in turn, the other one first in each second round. The ratio "
        "is the median of those of the rounds. Jobs are made and wait: no worker takes them.",
        "Not metered: the processes load bench/unmetered.py, which takes figures, journal and "
        "notes of reads away. Booked later: the schedulers stand still meanwhile. "
        "Without turns: the processes load bench/apart.py, and so are as on machines of their own.",
    )


def new(folder: str) -> Asked:
    return Asked("PUT", f"{folder}/{MARK}", {"Content-Type": "text/plain"}, BODY)


def check(pair: Pair) -> None:
    """One has metered what has come and what was read, the other nothing."""
    for stack in pair:
        for metric in ("ingest", "access"):
            query = {"metric": f"http://mserve/{metric}"}
            with stack.client(stack.admin) as client:
                answer = client.get("/demo/files/-/usage", params=query).raise_for_status()
            reports = sum(each["reports"] for each in answer.json()["items"])
            assert bool(reports) == (stack is pair.metered), answer.text
