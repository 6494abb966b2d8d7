"""davfs2 mounts a service, and programs that know files alone work there.

What they wrote is compared with what the server has, by hashes and bytes over REST. The
environment's MSERVE_FILES says how many files are copied, where they are to be more (the tree of
an issue was 2000); MSERVE_NO_FUSE leaves these tests out, where nobody can mount.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.dav.clients import Drive, make_tree, tree_of
from tests.dav.commands import run
from tests.dav.davfs import make_sources
from tests.functional.stack import Stack

FILES = int(os.environ.get("MSERVE_FILES", "40"))
LIMIT = 60.0 + FILES  # seconds for a copy
CHANGED = 10  # one file of so many
RSYNC = ("rsync", "-rt", "--delete")
FUSE = Path("/dev/fuse")
JSON = {"Accept": "application/json"}

pytestmark = pytest.mark.skipif(
    "MSERVE_NO_FUSE" in os.environ, reason="MSERVE_NO_FUSE says that nobody can mount here"
)


@pytest.fixture(autouse=True)
def can_mount() -> None:
    """That nobody can is a fault of the machine, which should be known, not passed over."""
    if os.geteuid() != 0 or not os.access(FUSE, os.R_OK | os.W_OK):
        pytest.fail(f"mounting takes root and {FUSE}; MSERVE_NO_FUSE=1 leaves these tests out")


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    return make_sources(tmp_path / "sources", FILES)


def on_server(drive: Drive) -> dict[str, str]:
    """The SHA-256 of each file on the drive by its path, as REST has it; of a folder, none."""
    with httpx.Client(base_url=f"{drive.stack.demo_url}{drive.name}/", timeout=60) as client:
        return dict(listed(client, ""))


def listed(client: httpx.Client, path: str) -> Iterator[tuple[str, str]]:
    page: dict[str, Any] = client.get(f"{quote(path)}?limit=1000", headers=JSON).json()
    assert not page["next"], f"{path} has more files than this test looks at"
    for item in page["items"]:
        name = f"{path}{item['name']}"
        if item["type"] == "folder":
            yield f"{name}/", ""
            yield from listed(client, f"{name}/")
        else:
            yield name, item["sha256"]


def hashes(folder: Path) -> dict[str, str]:
    """As `on_server`, of a folder here."""
    return {
        path: "" if path.endswith("/") else hashlib.sha256(content).hexdigest()
        for path, content in tree_of(folder).items()
    }


def change(sources: Path) -> None:
    """Some files become longer, some shorter, one goes, one comes, and a folder is called anew."""
    files = sorted(sources.rglob("*.py"))
    for number, path in enumerate(files[::CHANGED]):
        content = path.read_bytes()
        path.write_bytes(content * 2 if number % 2 else content[: len(content) // 2])
    files[1].unlink()
    (sources / "new.py").write_bytes(b"new = True\n")
    folder = next(path for path in sorted(sources.iterdir()) if path.is_dir())
    folder.rename(sources / "called anew")


def test_a_tree_is_copied(stack: Stack, sources: Path) -> None:
    drive = Drive(stack, "davfs2")
    with drive.mounted() as mounted:
        run("cp", "-a", f"{sources}/.", str(mounted), limit=LIMIT)
    assert on_server(drive) == hashes(sources)


def test_names_of_people_go_there_and_back(stack: Stack, tmp_path: Path) -> None:
    drive, source = Drive(stack, "davfs2-names"), make_tree(tmp_path / "source", 12)
    with drive.mounted() as mounted:
        run("cp", "-a", f"{source}/.", str(mounted))
        (mounted / "empty").rename(mounted / "renamed")
    (source / "empty").rename(source / "renamed")
    assert on_server(drive) == hashes(source)
    with drive.mounted() as mounted:
        assert tree_of(mounted) == tree_of(source)
        run("rm", "-r", f"{mounted}/folder 0")
    shutil.rmtree(source / "folder 0")
    assert on_server(drive) == hashes(source)


@pytest.mark.parametrize("way", [(), ("--inplace",)], ids=["by new files", "in place"])
def test_rsync_brings_a_tree_and_its_changes(
    stack: Stack, sources: Path, way: tuple[str, ...]
) -> None:
    """By new files, which get the name in the end, or in place."""
    drive = Drive(stack, f"rsync{len(way)}")
    for _ in range(2):
        with drive.mounted() as mounted:
            run(*RSYNC, *way, "--exclude=lost+found", f"{sources}/", str(mounted), limit=LIMIT)
        assert on_server(drive) == hashes(sources)
        change(sources)


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The database in the file; what was done is committed, and the file closed."""
    with closing(sqlite3.connect(path)) as database, database:
        yield database


def test_a_database_of_sqlite_is_made_written_and_read(stack: Stack, tmp_path: Path) -> None:
    drive, copy = Drive(stack, "sqlite"), tmp_path / "copy.db"
    with drive.mounted() as mounted, opened(mounted / "a.db") as database:
        database.execute("create table people (name text)")
        database.executemany("insert into people values (?)", [("Anna",)] * 2000)
    with drive.mounted() as mounted:
        with opened(mounted / "a.db") as database:
            assert database.execute("select count(*) from people").fetchone() == (2000,)
            database.execute("update people set name = 'Berta' where rowid = 7")
        shutil.copy(mounted / "a.db", copy)
    assert set(on_server(drive)) == {"a.db"}  # no journal is left
    content = httpx.get(f"{stack.demo_url}sqlite/a.db").content
    assert content == copy.read_bytes()
    with opened(copy) as database:
        assert database.execute("select count(*) from people where name = 'Berta'").fetchone()[0]
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
