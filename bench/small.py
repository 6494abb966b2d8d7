"""How many small requests a second? Uploads, content and JSON, by one client and by eight."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from bench.client import Client, settings, warm_up
from bench.report import Report
from tests.functional.stack import Stack

CLIENTS = (1, 8)
SECONDS = 10.0

Action = Callable[[Client, int, int], object]


def measure(stack: Stack, share: float) -> Report:
    client = Client(stack.demo_url)
    warm_up(client)
    client.await_job(client.put_small("one")["job"])
    asked: dict[str, Action] = {
        "JSON of a file": lambda each, who, n: each.json("GET", "one/-/info"),
        "GET 4 KiB": lambda each, who, n: each("GET", "one"),
        "PUT 4 KiB, without a workflow": lambda each, who, n: each.put_small(f"none-{who}/{n}"),
        "PUT 4 KiB, with the default workflow": lambda each, who, n: each.put_small(f"{who}/{n}"),
    }
    rows = []
    for name, action in asked.items():
        use_profile(stack, "none" if "without" in name else "default")
        rates = [rate(stack.demo_url, clients, SECONDS * share, action) for clients in CLIENTS]
        rows.append([name, *(f"{each:.0f}" for each in rates)])
    return Report(
        question="How many small requests a second?",
        columns=("requests a second", *(f"by {clients}" for clients in CLIENTS)),
        rows=rows,
        settings=settings(stack),
        notes=(
            f"{SECONDS * share:.0f} s each; each client is a thread with one kept connection, all "
            "on the same machine as the stack, and with no other work than to ask.",
            "Each request carries its key and is checked against the tree. An upload is answered "
            "when it is committed and its bytes are on the disk. With the default workflow its "
            "tasks run beside the uploads.",
        ),
    )


def use_profile(stack: Stack, name: str) -> None:
    """Makes `name` the demo service's profile; one that is not there is made, without tasks."""
    with stack.client(stack.admin) as admin:
        service = "/demo/files/"
        if name != "default":
            admin.put(
                f"{service}-/profiles/{name}", content=b'{"workflows": {}}'
            ).raise_for_status()
        admin.patch(service, content=json.dumps({"profile": name}).encode()).raise_for_status()


def rate(url: str, clients: int, seconds: float, action: Action) -> float:
    """How many `action`s a second all clients do together."""
    began = time.perf_counter()

    def ask(who: int) -> int:
        client, numbers = Client(url), count()
        while time.perf_counter() - began < seconds:
            action(client, clients * 100 + who, next(numbers))
        return next(numbers)

    with ThreadPoolExecutor(clients) as pool:
        done = sum(pool.map(ask, range(clients)))
    return done / (time.perf_counter() - began)
