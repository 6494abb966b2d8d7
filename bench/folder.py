"""Does the size of a folder matter? The first page and an upload, among 20 and 20 000 files."""

import os
from typing import Any

from bench.client import Client, settings, timed, warm_up
from bench.report import Report, median, ms
from mserve import ingest
from mserve.database import open_database, run
from mserve.resources.spool import Spool
from mserve.settings import Settings
from tests.functional.stack import Stack

SIZES = (20, 20_000)
ROUNDS = 200
PAGE = 20  # entries, so that both folders fill it
BATCH = 200  # files in one transaction
SERVICE = ("demo", "files")


def measure(stack: Stack, share: float) -> Report:
    client = Client(stack.demo_url)
    small, large = SIZES[0], int(SIZES[1] * share)
    for size in (small, large):
        fill(stack, f"of-{size}", size)
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
        "JSON of one file": lambda: client.json("GET", f"{folder}/f{number % SIZES[0]:05}"),
    }


def row(name: str, figures: dict[str, list[float]], small: int, large: int) -> list[str]:
    few, many = (median(figures[f"{name}, {size}"]) for size in (small, large))
    return [name, ms(few), ms(many), f"{many / few:.2f}"]


def fill(stack: Stack, name: str, count: int) -> None:
    """A folder `name` of `count` files in the demo service, past the doors."""
    os.environ["MSERVE_DATA"] = str(stack.data)
    db = open_database(Settings.from_ini(stack.ini))
    try:
        room = db.storage.temporaryDirectory()
        for start in range(0, count, BATCH):
            spools = [spool(room, number) for number in range(start, min(start + BATCH, count))]
            run(db, lambda site, start=start, spools=spools: add(site, name, start, spools))
            for each in spools:
                each.discard()
    finally:
        db.close()


def spool(room: str, number: int) -> Spool:
    made = Spool(room)
    made.write(b"%d\n" % number)
    made.close()
    return made


def add(site: Any, name: str, start: int, spools: list[Spool]) -> None:
    service = site[SERVICE[0]][SERVICE[1]]
    profile = service.profiles[service.profile]
    workflows, version = profile.workflows, profile.version
    profile.change({})  # no workflow runs for these
    folder = ingest.make_folders(service, (name,))
    for number, each in enumerate(spools, start):
        ingest.create(folder, f"f{number:05}", each)
    profile.workflows, profile.version = workflows, version
