"""SMALL TASKS: sets of them by mserve and by Celery, in one run, in turn."""

from collections.abc import Mapping, Sequence

from bench.compare.judge import number
from bench.peers.environment import CELERY
from bench.peers.peer import without_paths
from bench.report import Report, median, ms, p95
from bench.tasks.celery_peer import Celery
from bench.tasks.mserve_peer import Mserve
from bench.tasks.turn import PROCESSES, SET, Peer, Turn, ask

PREFETCH = (1, 4, 16, 64)  # of which Celery is given the best
TASKS = ("noop", "md5")
SETS, SINGLE, ROUNDS = 100, 100, 3
P50, P95 = 0.010, 0.050  # seconds

Found = dict[str, list[Turn]]


def measure(share: float) -> Report:
    sets, single = max(10, int(SETS * share)), max(20, int(SINGLE * share))
    rounds = ROUNDS if share >= 1 else 1
    celery, tried = best(max(10, sets // 3))
    peers: list[Peer] = [celery, Mserve()]
    try:
        peers[1].start()
        found = {task: turns(peers, task, sets, rounds) for task in TASKS}
        waited = {peer.title: list(peer.idle(single)) for peer in peers}
        return report(peers, found, waited, tried)
    finally:
        for peer in peers:
            peer.end()


def best(sets: int) -> tuple[Celery, Mapping[str, float]]:
    """Celery with the prefetch that has most no-ops done a second; and the rates of all."""
    rates: dict[int, float] = {}
    for prefetch in PREFETCH:
        celery = Celery(prefetch)
        try:
            celery.start()
            rates[prefetch] = one(celery, "noop", sets).rate
        finally:
            celery.end()
    chosen = Celery(max(rates, key=rates.__getitem__))
    chosen.start()
    return chosen, {str(each): rate for each, rate in rates.items()}


def turns(peers: Sequence[Peer], task: str, sets: int, rounds: int) -> Found:
    found: Found = {peer.title: [] for peer in peers}
    for _ in range(rounds):
        for peer in peers:
            found[peer.title].append(one(peer, task, sets))
    return found


def one(peer: Peer, task: str, sets: int) -> Turn:
    turn = ask(lambda: peer.sets(task, sets), peer, SET * sets)
    print(f"{peer.title}: {task}: {turn.rate:.0f} tasks/s", flush=True)
    return turn


def report(
    peers: Sequence[Peer],
    found: Mapping[str, Found],
    waited: Mapping[str, Sequence[float]],
    tried: Mapping[str, float],
) -> Report:
    mserve = peers[-1]
    goals = [(f"{task}, tasks/s, to Celery's", *ratio(found[task], peers)) for task in TASKS]
    idle = waited[mserve.title]
    goals.append(
        ("idle, commit to start, p50", ms(median(idle)) + " ms", "≤ 10 ms", median(idle) <= P50)
    )
    goals.append(("idle, commit to start, p95", ms(p95(idle)) + " ms", "≤ 50 ms", p95(idle) <= P95))
    return Report(
        question="How do small tasks fare, by mserve and by Celery?",
        columns=("goal", "figure", "at", "met"),
        rows=[[what, figure, at, "yes" if met else "no"] for what, figure, at, met in goals],
        settings={".venv-celery": " ".join(CELERY.versions().split())},
        notes=notes(tried),
        parts=[*(rates(task, found[task]) for task in TASKS), latencies(waited)],
        texts={peer.title: without_paths(peer.configuration()) for peer in peers},
    )


def ratio(found: Found, peers: Sequence[Peer]) -> tuple[str, str, bool]:
    theirs, ours = (median([turn.rate for turn in found[peer.title]]) for peer in peers)
    return number(ours / theirs), "≥ 1", ours >= theirs


def notes(tried: Mapping[str, float]) -> Sequence[str]:
    rates = ", ".join(f"{prefetch}: {rate:.0f}/s" for prefetch, rate in tried.items())
    return (
        f"{PROCESSES} worker processes each, on the same machine as one client, which starts all "
        f"sets of {SET} one after another, and then waits until each has ended well: by Celery "
        "groups, whose results it gets; by mserve jobs, which it starts in the tree as the web "
        "server does, and looks at until they have ended.",
        "md5 is of files of 4 KiB. Celery is given the best of these prefetch multipliers, tried "
        f"before: {rates}.",
        "mserve commits each start and each end to the disk (fsync). Both Redis append to a file, "
        "synced every second, which is all that Celery keeps.",
    )


def rates(task: str, found: Found) -> Report:
    parts = [*dict.fromkeys(part for turns in found.values() for part in turns[0].cpu)]
    return Report(
        question=f"Sets of {SET} tasks: {task}",
        columns=("", "median, tasks/s", "of", *(f"{part}, ms of processor" for part in parts)),
        rows=[row(title, turns, parts) for title, turns in found.items()],
        settings={},
        notes=("Processor time is that of one task.",),
        samples={title: [each.rate for each in turns] for title, turns in found.items()},
    )


def row(title: str, turns: Sequence[Turn], parts: Sequence[str]) -> list[str]:
    of = [each.rate for each in turns]
    cpu = [
        number(median([each.cpu[part] for each in turns])) if part in turns[0].cpu else "–"
        for part in parts
    ]
    return [title, number(median(of)), " ".join(map(number, of)), *cpu]


def latencies(waited: Mapping[str, Sequence[float]]) -> Report:
    return Report(
        question="One task on idle workers, from the commit, or the call, to its function",
        columns=("ms", "median", "95th percentile", "longest"),
        rows=[
            [title, *map(ms, (median(each), p95(each), max(each)))]
            for title, each in waited.items()
        ],
        settings={},
        notes=("In the clock of the machine, which client and workers share.",),
        samples=waited,
    )
