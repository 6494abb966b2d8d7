"""What the bench fills in is as if it had been uploaded, without its jobs."""

from pathlib import Path
from typing import Any

from bench import fill
from mserve import database
from mserve.resources import unindexed


def test_files_are_filled_in_without_jobs(db: Any) -> None:
    room = db.storage.temporaryDirectory()
    spools = {f"{n}": fill.spool(room, b"content %d" % n) for n in range(3)}
    database.run(db, lambda site: fill.add(site, "many", spools))
    for each in spools.values():
        each.discard()

    def look(site: Any) -> None:
        service = site["demo"]["files"]
        assert [*service["many"].children] == ["0", "1", "2"]
        assert Path(service["many"]["2"].content.path).read_bytes() == b"content 2"
        assert not [*site.due.items()]
        assert service.profiles[service.profile].workflows["ingest"].sets
        assert not unindexed.count(site)

    database.run(db, look)
