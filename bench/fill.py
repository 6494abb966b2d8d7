"""A folder of many files in the demo service, made past the doors, without jobs.

They are indexed as they are made: the scheduler would do it during what is measured, and before
that conflict with what fills.
"""

import os
from collections.abc import Callable
from typing import Any

from mserve import ingest
from mserve.database import open_database, run
from mserve.indexing import index_some, note_indexed
from mserve.resources.spool import Spool
from mserve.settings import Settings
from tests.functional.stack import Stack

BATCH = 200  # files in one transaction
SERVICE = ("demo", "files")

Naming = Callable[[int], str]
Bytes = Callable[[int], bytes]


def fill(stack: Stack, name: str, count: int, naming: Naming, content: Bytes) -> None:
    """A folder `name` of `count` files, each with the name and content of its number."""
    os.environ["MSERVE_DATA"] = str(stack.data)
    db = open_database(Settings.from_ini(stack.ini))
    try:
        room = db.storage.temporaryDirectory()
        for start in range(0, count, BATCH):
            numbers = range(start, min(start + BATCH, count))
            spools = {naming(number): spool(room, content(number)) for number in numbers}
            run(db, lambda site, spools=spools: add(site, name, spools))
            for each in spools.values():
                each.discard()
    finally:
        db.close()
        del os.environ["MSERVE_DATA"]


def spool(room: str, content: bytes) -> Spool:
    made = Spool(room)
    made.write(content)
    made.close()
    return made


def add(site: Any, name: str, spools: dict[str, Spool]) -> None:
    service = site[SERVICE[0]][SERVICE[1]]
    profile = service.profiles[service.profile]
    edition = profile.edition
    profile.change({})  # no workflow runs for these
    folder = ingest.make_folders(service, (name,))
    for each, spooled in spools.items():
        ingest.create(folder, each, spooled)
    profile.edition = edition
    while changes := index_some(site):
        note_indexed(changes, site)
