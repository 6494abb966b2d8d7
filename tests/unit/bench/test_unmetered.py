"""The stack of the bench that meters nothing stores what the other one does."""

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
from pathlib import Path

import bench.unmetered
from mserve import database, evolve, ingest
from mserve.settings import Settings
from tests.unit.applications import embedded
from tests.unit.support import spool

settings = Settings.parse(embedded(Path(sys.argv[1])))
evolve.ensure(settings)
db = database.open_database(settings)
body = spool(db, b"abc")
database.run(db, lambda site: ingest.create(site["demo"]["files"], "a", body) and None)

def look(site):
    service = site["demo"]["files"]
    assert service["a"].content.size == 3
    assert [*site.journal.all_waiting()] == []
    assert all(not node.usage.figures for node in service["a"].lineage())

database.run(db, look)
db.close()
"""


def test_it_stores_files_and_counts_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
