"""Does the size of a folder matter? The first page and an upload, among 20 and 20 000 files."""

from typing import Any

from bench.client import Client, settings, timed, warm_up
from bench.fill import BATCH, fill
from bench.report import Report, median, ms
from tests.functional.stack import Stack

SIZES = (20, 20_000)
ROUNDS = 200
NAME = "f{:05}"
PAGE = 20  # entries, so that both folders fill it


def measure(stack: Stack, share: float) -> Report:
    client = Client(stack.demo_url)
    small, large = SIZES[0], int(SIZES[1] * share)
    for size in (small, large):
        fill(stack, f"of-{size}", size, NAME.format, content)
    warm_up(client)
    figures: dict[str, list[float]] = {}
    for number in range(max(20, int(ROUNDS * share))):
        for size in (small, large):  # in turn, so that the machine's moods hit both
            for name, action in asked(client, f"of-{size}", number).items():
                seconds, answer = timed(action)
                figures.setdefault(f"{name}, {size}", []).append(seconds)
                if name == "upload":
                    client.await_job(answer["job"])
    return Report(
        question=f"Does the size of a folder matter: {small} files or {large}?",
        columns=("median, ms", f"among {small}", f"among {large}", "ratio"),
        rows=[row(name, figures, small, large) for name in asked(client, "", 0)],
        settings=settings(stack),
        notes=(
            f"Medians of {len(figures[f'upload, {small}'])} each, in turn, by one client.",
            f"A page is of {PAGE} entries; an upload is 4 KiB by PUT, answered when it is "
            "committed. The next request comes when its job has ended.",
            f"The folders were filled by mserve.ingest, {BATCH} files a transaction, without jobs.",
        ),
        samples=figures,
    )


def asked(client: Client, folder: str, number: int) -> dict[str, Any]:
    return {
        "first page": lambda: client.json("GET", f"{folder}/?limit={PAGE}"),
        "upload": lambda: client.put_small(f"{folder}/n{number:05}"),
        "JSON of one file": lambda: client.json(
            "GET", f"{folder}/{NAME.format(number % SIZES[0])}"
        ),
    }


def row(name: str, figures: dict[str, list[float]], small: int, large: int) -> list[str]:
    few, many = (median(figures[f"{name}, {size}"]) for size in (small, large))
    return [name, ms(few), ms(many), f"{many / few:.2f}"]


def content(number: int) -> bytes:
    return b"%d\n" % number
