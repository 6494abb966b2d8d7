"""Do guesses at keys and passwords slow others? A good client beside an attack, and without it."""

import json
import os
import secrets
import time
from collections import Counter
from concurrent.futures import Future, ProcessPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlsplit

from bench.client import Client, settings, timed, warm_up
from bench.report import Report, median, ms, p95
from tests.functional.stack import Stack

GUESSES = 10_000
ATTACKERS = 4
PAUSE = 0.01  # seconds between two requests of the good client
QUIET = 500  # requests before the attack
FORM = {"Content-Type": "application/json", "Accept": "application/json"}


def measure(stack: Stack, share: float) -> Report:
    client = Client(stack.demo_url)
    warm_up(client)
    client.await_job(client.put_small("one")["job"])
    quiet = [ask(client) for _ in range(int(QUIET * share) or 50)]
    guesses = int(GUESSES * share) // ATTACKERS
    with ProcessPoolExecutor(ATTACKERS, initializer=os.nice, initargs=(15,)) as pool:
        began = time.perf_counter()
        attack = [pool.submit(guess, stack.url, guesses, who) for who in range(ATTACKERS)]
        beside = until_done(client, attack)
        took = time.perf_counter() - began
    told = sum((each.result() for each in attack), Counter[str]())
    after = [ask(client) for _ in range(int(QUIET * share) or 50)]
    samples = {"before": quiet, "beside the attack": beside, "after it": after}
    return Report(
        question="Do guesses at keys and passwords slow others?",
        columns=("GET 4 KiB by a good key, ms", "median", "95th percentile", "to before"),
        rows=[
            [name, ms(median(each)), ms(p95(each)), f"{p95(each) / p95(quiet):.2f}"]
            for name, each in samples.items()
        ],
        settings=settings(stack),
        notes=(
            f"{guesses * ATTACKERS} guesses by {ATTACKERS} processes as fast as they are answered, "
            f"{guesses * ATTACKERS / took:.0f}/s: every other one a key in a path, the others "
            "passwords of ten accounts, and all from the good client's own address. They are on "
            "the same processors as the server, with a lower priority.",
            "Answers to the guesses: "
            + ", ".join(f"{each} {number}" for each, number in sorted(told.items())),
        ),
        samples=samples,
    )


def ask(client: Client) -> float:
    time.sleep(PAUSE)
    return timed(client, "GET", "one")[0]


def until_done(client: Client, attack: list["Future[Counter[str]]"]) -> list[float]:
    found = []
    while not all(each.done() for each in attack):
        found.append(ask(client))
    return found


def guess(url: str, number: int, who: int) -> "Counter[str]":
    """How often each status was the answer to a key, and to a login."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
    told: Counter[str] = Counter()
    for each in range(number):
        kind, request = (_key, _password)[each % 2](each, who)
        connection.request(*request)
        answer = connection.getresponse()
        answer.read()
        told[f"{kind} {answer.status}"] += 1
        if answer.will_close:
            connection.close()
    return told


Request = tuple[str, str, str | None, dict[str, str]]


def _key(number: int, who: int) -> tuple[str, Request]:
    return "key", ("GET", f"/k/{secrets.token_urlsafe(32)}/", None, {"Accept": "application/json"})


def _password(number: int, who: int) -> tuple[str, Request]:
    tried = {"name": f"user-{number % 10}", "password": secrets.token_urlsafe(9)}
    return "password", ("POST", "/-/login", json.dumps(tried), FORM)
