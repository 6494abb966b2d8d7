"""Backup, archive and retrieve, on a real tree with real folders: no only copy is ever lost."""

import os
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mserve import database, ingest
from mserve.resources import metrics
from mserve.resources.profile import TaskSpec
from mserve.resources.run import DONE, FAILED
from mserve.settings import Settings
from mserve.tasks import attempts, engine, keeping, retrieval
from mserve.tasks.claim import Ended
from mserve.tasks.runner import Runner
from tests.unit.support import spool, writers
from tests.unit.tasks.support import Tree
from tests.unit.vaults import copy_in, with_vaults

BYTES = b"some bytes"


@pytest.fixture
def lines(lines: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    return with_vaults(lines, tmp_path, monkeypatch)


@pytest.fixture
def do(runner: Runner, tree: Tree) -> Callable[..., Any]:
    """do(task, run): runs the task on the file of an earlier run; its state, result and error."""

    def perform(task: str, run: str) -> tuple[Any, ...]:
        def begin(site: Any) -> str:
            job = engine.start_task(site.run(run).job.mfile, TaskSpec(task, task, {}, retries=0))
            return str(next(job.all_runs()).id)

        made = database.run(tree.db, begin)
        runner.perform([made], 1)
        return tuple(tree.see(made, "state", "result", "error"))

    return perform


@pytest.fixture
def file(runner: Runner, tree: Tree) -> str:
    """A run on a new file."""
    run = tree.start("read")
    runner.perform([run], 1)
    return run


def content_of(site: Any, run: str) -> Any:
    return site.run(run).job.mfile.content


def look(tree: Tree, run: str, see: Callable[[Any], Any]) -> Any:
    return database.run(tree.db, lambda site: see(content_of(site, run)))


def blobs(db: Any) -> list[bytes]:
    """The bytes of all blobs, but for the one without any, that empty files share."""
    folder = Path(db.storage.fshelper.base_dir)
    return [each.read_bytes() for each in folder.rglob("*.blob") if each.stat().st_size]


def test_a_backup_is_a_verified_copy_that_the_tree_knows(
    tree: Tree, file: str, do: Callable[..., Any]
) -> None:
    state, result, _ = do("backup", file)
    assert (state, result["copy"]) == (DONE, "made")
    assert look(tree, file, partial(copy_in, "backup")).read_bytes() == BYTES
    first = look(tree, file, lambda content: content.copies["backup"])
    assert look(tree, file, lambda content: content.here)
    assert do("backup", file)[1]["copy"] == "there"
    assert look(tree, file, lambda content: content.copies["backup"]) > first
    metered = database.run(tree.db, lambda site: site.usage.get(metrics.BACKUP_FILE))
    assert (metered.total, metered.reports) == (len(BYTES), 1)


def test_what_is_archived_leaves_when_the_database_is_packed_and_comes_back(
    tree: Tree, file: str, do: Callable[..., Any]
) -> None:
    assert do("archive", file)[0] == DONE
    assert not look(tree, file, lambda content: content.here)
    assert look(tree, file, partial(copy_in, "archive")).read_bytes() == BYTES
    assert blobs(tree.db) == [BYTES]  # what reads it just now still can
    tree.db.pack()
    assert blobs(tree.db) == []
    assert do("archive", file)[:2] == (DONE, {**do("archive", file)[1], "copy": "there"})
    assert do("backup", file)[1]["copy"] == "made"  # from the copy in the archive
    assert do("retrieve", file)[:2] == (DONE, {"stored": "here", "from": "archive"})
    assert look(tree, file, lambda content: Path(content.path).read_bytes()) == BYTES
    assert do("read", file)[0] == DONE
    assert do("retrieve", file)[:2] == (DONE, {"stored": "here"})
    assert do("archive", file)[1]["copy"] == "there"
    assert not look(tree, file, lambda content: content.here)
    assert database.run(tree.db, lambda site: site.usage.get(metrics.ARCHIVED).total) == len(BYTES)


def test_a_task_that_needs_the_bytes_says_that_they_are_away(
    file: str, do: Callable[..., Any]
) -> None:
    do("archive", file)
    state, _, error = do("read", file)
    assert state == FAILED
    assert error == (
        "the content is in the archive; the task retrieve brings it back, as a GET of it does"
    )


@pytest.mark.parametrize("task", ["backup", "archive"])
def test_damaged_bytes_are_neither_copied_nor_let_go(
    tree: Tree, file: str, do: Callable[..., Any], task: str
) -> None:
    path = Path(look(tree, file, lambda content: content.path))
    path.chmod(0o600)
    path.write_bytes(b"rotten")
    state, _, error = do(task, file)
    assert state == FAILED and error.startswith("the stored bytes are damaged")
    assert look(tree, file, lambda content: (content.here, dict(content.copies))) == (True, {})


def test_a_damaged_or_missing_copy_does_not_come_back(
    tree: Tree, file: str, do: Callable[..., Any]
) -> None:
    do("archive", file)
    copy = look(tree, file, partial(copy_in, "archive"))
    aside = copy.with_name("aside")
    copy.rename(aside)
    assert do("retrieve", file)[::2] == (FAILED, "the archive has no copy of these bytes")
    copy.write_bytes(b"rotten")
    state, _, error = do("retrieve", file)
    assert state == FAILED and error.startswith("the copy in the archive is damaged")
    assert not look(tree, file, lambda content: content.here)
    shutil.copy(aside, copy)
    assert do("retrieve", file)[0] == DONE


def test_a_backup_stands_in_for_a_damaged_copy(
    tree: Tree, file: str, do: Callable[..., Any]
) -> None:
    do("backup", file)
    do("archive", file)
    copy = look(tree, file, partial(copy_in, "archive"))
    copy.chmod(0o600)
    copy.write_bytes(b"rotten")
    assert do("retrieve", file)[:2] == (DONE, {"stored": "here", "from": "backup"})
    assert look(tree, file, lambda content: Path(content.path).read_bytes()) == BYTES
    assert do("archive", file)[1]["copy"] == "mended"


def test_nothing_leaves_for_a_copy_that_has_gone_or_is_another_sites(
    tree: Tree, file: str, do: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "archive" / "mserve.site"
    own = mark.read_text()
    mark.write_text("another\n")
    state, _, error = do("archive", file)
    assert (state, look(tree, file, lambda content: content.here)) == (FAILED, True)
    assert "belongs to another site" in error
    mark.write_text(own)
    look(tree, file, partial(copy_in, "archive")).unlink()
    replace = os.replace

    def vanish(source: str, target: Path) -> None:
        replace(source, target)
        target.unlink()

    monkeypatch.setattr(os, "replace", vanish)
    state, _, error = do("archive", file)
    assert (state, look(tree, file, lambda content: content.here)) == (FAILED, True)
    assert "the copy in the archive has gone" in error


def test_an_attempt_that_was_given_up_lets_nothing_go(
    runner: Runner, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its worker was thought dead while it copied."""
    run = tree.start("archive")
    finish = attempts.finish

    def late(site: Any, done: Sequence[Ended]) -> list[bool]:
        attempts.requeue(site, done[0].run_id, done[0].attempt)
        return finish(site, done)

    monkeypatch.setattr(attempts, "finish", late)
    assert runner.perform([run], 1)
    assert look(tree, run, lambda content: content.here)
    monkeypatch.setattr(attempts, "finish", finish)
    assert runner.perform([run], 2)
    assert not look(tree, run, lambda content: content.here)


def test_leaving_and_what_other_tasks_find_out_do_not_undo_each_other(
    tree: Tree, file: str
) -> None:
    with writers(tree.db, 2) as (first, second):
        content_of(first.site, file).learn({"md5": "abc"})
        content_of(second.site, file).leave()
        content_of(second.site, file).note_copy("archive")
        first.commit()
        second.commit()
    seen = look(tree, file, lambda content: (content.md5, content.here, {*content.copies}))
    assert seen == ("abc", False, {"archive"})


def test_one_job_brings_it_back_however_many_ask(
    tree: Tree, file: str, do: Callable[..., Any], runner: Runner
) -> None:
    do("archive", file)

    def ask(site: Any) -> str:
        mfile = site.run(file).job.mfile
        return retrieval.retrieve(mfile, mfile.content).id

    with writers(tree.db, 2) as (first, second):
        one = ask(first.site)
        ask(second.site)
        first.commit()
        with pytest.raises(database.TransientError):
            second.commit()
    assert database.run(tree.db, ask) == one
    runner.perform([f"{one}-0-0"], 1)
    assert look(tree, file, lambda content: content.here)


def test_a_copy_that_stays_unmounted_is_not_marked_anew(settings: Settings, db: Any) -> None:
    mark = settings.data.parent / "archive" / "mserve.site"
    assert mark.read_text().strip() == database.run(db, lambda site: site.id)
    mark.unlink()
    keeping.mark_vaults(db, settings)
    assert not mark.exists()


def test_a_version_comes_back_for_itself(
    tree: Tree, file: str, do: Callable[..., Any], runner: Runner
) -> None:
    do("archive", file)
    body = spool(tree.db, b"other bytes")
    database.run(tree.db, lambda site: ingest.replace(site.run(file).job.mfile, body))
    body.discard()

    def ask(site: Any) -> str:
        mfile = site.run(file).job.mfile
        return retrieval.retrieve(mfile, mfile.find_version(1).content).id

    runner.perform([f"{database.run(tree.db, ask)}-0-0"], 1)
    version = database.run(tree.db, lambda s: s.run(file).job.mfile.find_version(1).content.path)
    assert Path(version).read_bytes() == BYTES
    assert look(tree, file, lambda content: Path(content.path).read_bytes()) == b"other bytes"
