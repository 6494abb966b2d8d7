"""Do guesses at keys and passwords slow others? A good client beside attacks, and without them."""

import json
import os
import secrets
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from http.client import HTTPConnection
from random import randbytes
from typing import NamedTuple
from urllib.parse import urlsplit

from bench.client import Client, timed, warm_up
from bench.peers.mserve import OWN_STORAGE
from bench.report import ROOT, Report, median, ms, p95, thinned
from tests.functional.stack import Stack

GUESSES = 10_000  # of each attack
ATTACKERS = 4  # processes
CONNECTIONS = 16  # of each
PAUSE = 0.01  # seconds between two requests of the good client
QUIET = 500  # requests without an attack
FORM = {"Content-Type": "application/json", "Accept": "application/json"}
Headers = dict[str, str]
Guess = tuple[str, tuple[str, str, str | None, Headers]]
"""What is guessed at, and the request."""


class Attack(NamedTuple):
    """Its name in the table, how it is told in the notes, and what it tries by number."""

    name: str
    words: str
    guess: Callable[[int], Guess]


def measure(share: float) -> Report:
    stack = Stack(
        ini=ROOT / "production.ini", demo="true", sendfile="none", web_processes="1",
        workers="normal=1", **OWN_STORAGE,
    )  # fmt: skip
    try:
        return _measure(stack.start(), share)
    finally:
        stack.end()


def _measure(stack: Stack, share: float) -> Report:
    client = Client(stack.demo_url)
    warm_up(client)
    client.await_job(client.put_small("one")["job"])
    samples = {"before": quiet(client, share)}
    notes = []
    for attack in ATTACKS:
        samples[attack.name], told = beside(client, stack, attack, share)
        notes.append(told)
        samples[f"after that {attack.name}"] = quiet(client, share)
    first = p95(samples["before"])
    return Report(
        question="Do guesses at keys and passwords slow others?",
        columns=("GET 4 KiB by a good key, ms", "median", "95th percentile", "to before"),
        rows=[
            [name, ms(median(each)), ms(p95(each)), f"{p95(each) / first:.2f}"]
            for name, each in samples.items()
        ],
        settings={"mserve.web_processes": 1, "trusted_proxy": "127.0.0.1"},
        notes=(
            f"Attacks are made by {ATTACKERS} processes, each over {CONNECTIONS} connections that "
            "guess again as soon as they have an answer. They are on the same processors as the "
            "server, with a lower priority (nice 15).",
            *notes,
        ),
        samples={name: thinned(each) for name, each in samples.items()},
    )


def quiet(client: Client, share: float) -> list[float]:
    return [ask(client) for _ in range(int(QUIET * share) or 50)]


def beside(client: Client, stack: Stack, attack: Attack, share: float) -> tuple[list[float], str]:
    """What the good client has to wait meanwhile; and how the attack went."""
    each = int(GUESSES * share) // ATTACKERS // CONNECTIONS
    with ProcessPoolExecutor(ATTACKERS, initializer=os.nice, initargs=(15,)) as pool:
        began = time.perf_counter()
        attackers = [pool.submit(attackers_of, stack.url, attack, each) for _ in range(ATTACKERS)]
        waits = until_done(client, attackers)
        took = time.perf_counter() - began
    told = sum((one.result() for one in attackers), Counter[str]())
    answers = ", ".join(f"{kind} {number}" for kind, number in sorted(told.items()))
    speed = f"{told.total()} guesses, {told.total() / took:.0f}/s"
    return waits, f"Of the {attack.name}: {speed}, {attack.words}. Answers: {answers}"


def ask(client: Client) -> float:
    time.sleep(PAUSE)
    return timed(client, "GET", "one")[0]


def until_done(client: Client, attack: list["Future[Counter[str]]"]) -> list[float]:
    found = []
    while not all(each.done() for each in attack):
        found.append(ask(client))
    return found


def attackers_of(url: str, attack: Attack, number: int) -> "Counter[str]":
    """How often each status was the answer to a key, and to a login."""
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        told = [pool.submit(attacker, url, attack, number) for _ in range(CONNECTIONS)]
        return sum((each.result() for each in told), Counter[str]())


def attacker(url: str, attack: Attack, number: int) -> "Counter[str]":
    connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
    told: Counter[str] = Counter()
    for each in range(number):
        kind, request = attack.guess(each)
        connection.request(*request)
        answer = connection.getresponse()
        answer.read()
        told[f"{kind} {answer.status}"] += 1
        if answer.will_close:
            connection.close()
    connection.close()
    return told


def from_one_address(number: int) -> Guess:
    return _key({}) if number % 2 else _password(f"user-{number % 10}", {})


def from_many_addresses(number: int) -> Guess:
    """Each from another; passwords of one account, and of ever others."""
    headers = {"X-Forwarded-For": ".".join(("10", *map(str, randbytes(3))))}
    if number % 2:
        return _key(headers)
    return _password("anna" if number % 4 else secrets.token_hex(4), headers)


def _key(headers: Headers) -> Guess:
    path = f"/k/{secrets.token_urlsafe(32)}/"
    return "key", ("GET", path, None, {"Accept": "application/json", **headers})


def _password(name: str, headers: Headers) -> Guess:
    tried = json.dumps({"name": name, "password": secrets.token_urlsafe(9)})
    return "password", ("POST", "/-/login", tried, {**FORM, **headers})


ATTACKS = (
    Attack(
        "attack from one address",
        "every other one a key in a path, the others passwords of five accounts, and all from the "
        "good client's own address",
        from_one_address,
    ),
    Attack(
        "attack from many addresses",
        "each from an address of its own: half of them keys, a quarter passwords of one account, a "
        "quarter passwords each of another account",
        from_many_addresses,
    ),
)
