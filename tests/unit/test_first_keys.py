"""The first keys: their files hold what the tree knows, however many make it at once."""

import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mserve import database, evolve, first_keys
from mserve.resources.key import digest
from mserve.settings import Settings
from tests.unit.test_newest import opened, serve

SPAWN = multiprocessing.get_context("spawn")
AT_ONCE = 4


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """The data folder of a storage server without a tree."""
    server = serve(tmp_path)
    yield tmp_path
    server.kill()
    server.wait()


def settings(data: Path) -> Settings:
    return Settings.parse({"mserve.data": str(data), "mserve.demo": "true"})


def ensure(data: Path, start: Any) -> None:
    start.wait()
    evolve.ensure(settings(data))


def known(data: Path) -> dict[str, bool]:
    """Whether the tree knows the secret in each file of one."""
    digests = {path.name: digest(path.read_text().strip()) for path in data.glob("[ad]*.key")}
    db = opened(data)
    try:
        return database.run(
            db, lambda site: {name: each in site.key_index for name, each in digests.items()}
        )
    finally:
        db.close()


def test_of_several_at_once_the_one_that_commits_writes_the_keys(data: Path) -> None:
    start = SPAWN.Barrier(AT_ONCE)
    processes = [SPAWN.Process(target=ensure, args=(data, start)) for _ in range(AT_ONCE)]
    for each in processes:
        each.start()
    for each in processes:
        each.join()
    assert [each.exitcode for each in processes] == [0] * AT_ONCE
    assert known(data) == {"admin.key": True, "demo.key": True}
    assert not [*data.glob(".*.key.*")]


def test_who_died_after_the_commit_has_lost_no_key(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(first_keys, "keep_secrets", lambda site, data: None)
        evolve.ensure(settings(data))
    assert known(data) == {}
    evolve.ensure(settings(data))
    assert known(data) == {"admin.key": True, "demo.key": True}


def test_a_key_that_its_owner_took_away_does_not_come_back(data: Path) -> None:
    evolve.ensure(settings(data))
    (data / "admin.key").unlink()
    evolve.ensure(settings(data))
    assert known(data) == {"demo.key": True}


def test_another_ones_draft_is_left_alone(data: Path) -> None:
    theirs = data / f".admin.key.{os.getpid() + 1}-abcd"
    theirs.write_text("not committed yet\n")
    evolve.ensure(settings(data))
    assert theirs.exists()
    assert known(data)["admin.key"]
