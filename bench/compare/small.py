"""Questions about small bodies, by wrk: content, facts, a page, and new files."""

import json
import os
import uuid
from collections.abc import Callable

from bench.compare.question import CLIENTS, Goal, Question, Sample, Turn
from bench.load import wrk
from bench.load.asked import MARK, Asked, digits
from bench.peers import Peer
from bench.peers.peer import MANY, SMALL, small

PAGE = 100  # entries
WARM = 1.0  # seconds
WARM_MANY = 12.0  # seconds in which most of many files are asked for once, by each process

Check = Callable[[bytes], bool]
BOTH = ("mserve", "mserve-alone")


def one(peer: Peer, asked: Asked, check: Check) -> None:
    """Asks for one, and raises LoadError unless the answer is right."""
    body = asked.body.encode() or None
    status, content = peer.ask(asked.method, asked.path, body, **asked.headers)
    if status >= 400 or not check(content):
        raise wrk.LoadError(f"{peer.title}: {asked.path}: {status} {content[:500]!r}")


def load(
    turn: Turn, asked: Asked, clients: int, count: int = 0, warm: Asked | None = None
) -> tuple[wrk.Rate, float]:
    """What wrk saw, and the processor time of the peer's processes, in seconds a request."""
    if turn.round == 0 or turn.peer.fresh:
        wrk.run(turn.peer.url, warm or asked, clients, WARM_MANY if count else WARM, count)
    before = turn.peer.cpu()
    rate = wrk.run(turn.peer.url, asked, clients, turn.scale.seconds, count)
    return rate, (turn.peer.cpu() - before) / rate.requests


def get_small(turn: Turn) -> Sample:
    asked = turn.peer.content(f"{MANY}/{MARK}")
    one(turn.peer, asked.numbered(7), lambda content: content == small(7))
    rate, cpu = load(turn, asked, CLIENTS, turn.scale.many)
    if rate.bytes < rate.requests * SMALL:
        raise wrk.LoadError(f"{turn.peer.title}: answers without content")
    return Sample(rate.per_second, cpu * 1000)


def get_facts(turn: Turn) -> Sample:
    asked = turn.peer.facts(f"{MANY}/{MARK}")
    one(turn.peer, asked.numbered(7), lambda content: digits(7) in str(json.loads(content)))
    rate, cpu = load(turn, asked, CLIENTS, turn.scale.many)
    return Sample(rate.per_second, cpu * 1000)


def page_by(clients: int) -> Callable[[Turn], Sample]:
    def get_page(turn: Turn) -> Sample:
        asked = turn.peer.page(MANY, turn.scale.many // 2 // PAGE * PAGE, PAGE)
        one(turn.peer, asked, lambda content: len(json.loads(content)["items"]) == PAGE)
        rate, cpu = load(turn, asked, clients)
        return Sample(rate.median * 1000, cpu * 1000)

    return get_page


def put_small(turn: Turn) -> Sample:
    peer = turn.peer
    warm, folder = (f"put-{uuid.uuid4().hex[:8]}" for _ in "ab")
    for each in (warm, folder):
        peer.make_folder(each)
    os.sync()  # what others have left to be written
    rate, cpu = load(turn, peer.create(folder), CLIENTS, warm=peer.create(warm))
    # of thread 1 the second and a later one: wrk makes its first to look at it, and sends it not
    for n in (2, max(2, rate.requests // wrk.THREADS // 2)):
        number = wrk.OWN + n
        asked = peer.content(f"{folder}/{digits(number)}")
        one(peer, asked, lambda content, number=number: content == peer.created(number))
    return Sample(rate.per_second, cpu * 1000)


def answered(title: str, unit: str, turn: Callable[[Turn], Sample], *goals: Goal) -> Question:
    """A question that a file server has no answer to."""
    return Question(
        title, unit, turn, (*BOTH, "guillotina"), (), goals, "many", "ms of processor a request"
    )


GET_SMALL = Question(
    title="GET 4 KiB, many different files",
    unit="requests/s",
    turn=get_small,
    always=("nginx", *BOTH, "guillotina"),
    once=("apache", "wsgidav"),
    goals=(
        Goal("mserve", "nginx", least=0.12),
        Goal("mserve", "guillotina", least=8),
    ),
    needs="many",
    cpu_unit="ms of processor a request",
    notes=(
        "Files at random, all in one folder. mserve checks the key in each path, Guillotina a "
        "password (Basic); nginx, Apache and WsgiDAV ask for nothing.",
    ),
)
FACTS = answered(
    "JSON of one object", "requests/s", get_facts,
    Goal("mserve", "guillotina", least=3), Goal("mserve-alone", "guillotina", least=3),
)  # fmt: skip
PAGE_ONE, PAGE_EIGHT = (
    answered(
        f"A page of {PAGE} entries out of the middle of many, by {who}", "ms",
        page_by(clients), Goal("mserve", most=16),
    )
    for who, clients in (("one client", 1), (f"{CLIENTS} clients", CLIENTS))
)  # fmt: skip
PUT_SMALL = Question(
    title="PUT 4 KiB: a new file, durable, with its ingest job made",
    unit="requests/s",
    turn=put_small,
    always=("nginx", *BOTH, "mserve-working", "guillotina"),
    once=("apache", "wsgidav"),
    goals=tuple(
        goal
        for each in ("mserve", "mserve-working")
        for goal in (Goal(each, "guillotina", least=1.7), Goal(each, least=400))
    ),
    cpu_unit="ms of processor a request",
    notes=(
        "mserve and Guillotina answer when all is committed and synced to the disk; nginx, Apache "
        "and WsgiDAV sync nothing, and make no job.",
        "No worker takes mserve's jobs, but for `workers at work`: a stack of its own for each "
        "turn, whose workers do the jobs while more files come in.",
        "Guillotina's file is one POST of JSON with the bytes in base64, its quickest way in.",
    ),
)
