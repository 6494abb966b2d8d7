"""production.ini: PostgreSQL, a Redis by URL, two web processes. What holds on ZEO holds here."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import transaction

from mserve.database import open_database
from mserve.resources import metering
from mserve.resources.spool import Spool
from mserve.settings import Settings
from tests.functional.production import Production
from tests.functional.stack import wait_for
from tests.functional.test_chaos import (
    Uploads,
    check_content,
    check_jobs,
    check_usage,
    healthy,
    picture,
)

UPLOADS = 100
VICTIMS = ("web-1", "worker", "web-2", "worker")


@pytest.fixture
def database(running: Production, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The stack's own database, opened by this process as well."""
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    db = open_database(Settings.from_ini(running.ini))
    yield db
    db.close()


def test_only_what_is_not_configured_elsewhere_is_started(running: Production) -> None:
    assert sorted(running.pids()) == ["scheduler", "web-1", "web-2", "worker"]
    assert not (running.data / "Data.fs").exists()
    assert not (running.data / "redis").exists()


def test_from_upload_to_a_revoked_sub_key(running: Production) -> None:
    with httpx.Client(base_url=running.demo_url, timeout=30) as owner:
        stored = owner.put("in/cat.jpg", content=picture())
        assert stored.status_code == 201
        wait_for(lambda: ended(owner, stored.json()["job"]))
        assert owner.get("in/cat.jpg/-/thumbnail").headers["Content-Type"] == "image/jpeg"
        key = sub_key(owner, "in/cat.jpg")
        assert owner.get("in/cat.jpg/-/content", headers=key).status_code == 200


@pytest.mark.parametrize("names", [("web-1", "web-2"), ("web-2", "web-1")])
def test_a_key_revoked_in_one_process_is_refused_at_once_in_the_other(
    running: Production, names: tuple[str, str]
) -> None:
    path = httpx.URL(running.demo_url).path
    for _ in range(10):
        with running.client_of_each() as each:
            first, second = (each[name] for name in names)
            first.put(f"{path}r.txt", content=b"to be read")
            made = first.post(f"{path}r.txt/-/keys", json={"role": "mfilereadonly"})
            headers = {"Authorization": f"Bearer {made.json()['key']}"}
            assert second.get("/demo/files/r.txt", headers=headers).status_code == 200
            assert [running.taker(client) for client in (first, second)] == [*names]
            assert first.delete(made.headers["Location"]).status_code == 204
            assert second.get("/demo/files/r.txt", headers=headers).status_code == 404


def test_writers_that_count_do_not_conflict(database: Any) -> None:
    """The counters' `_p_resolveConflict` is called, and adds both sides."""
    metric = "http://example.com/tested"
    with opened(database) as first, opened(database) as second:
        for manager, service in (first, second):
            manager.begin()
            metering.report([service], metric, 3)
        first[0].commit()
        second[0].commit()
        first[0].begin()
        assert first[1].usage.get(metric).total == 6
        first[0].abort()


def test_bytes_become_a_blob_by_a_rename(running: Production, database: Any) -> None:
    folder = database.storage.temporaryDirectory()
    assert Path(folder).is_relative_to(running.blobs)
    with Path(__file__).open("rb") as file, opened(database) as (manager, service):
        spool = Spool.receive(folder, file, None)
        inode = os.stat(spool.path).st_ino
        manager.begin()
        content = service._p_jar.root()["tried"] = spool.content()
        manager.commit()
        spool.discard()
        manager.begin()
        assert os.stat(content.path).st_ino == inode
        del service._p_jar.root()["tried"]
        manager.commit()


@pytest.mark.parametrize("command", ["init", "evolve"])
def test_init_and_evolve_may_be_run_again(running: Production, command: str) -> None:
    key = (running.data / "admin.key").read_text()
    environment = {**os.environ, **running.environment, "MSERVE_DATA": str(running.data)}
    line = [sys.executable, "-m", "mserve.cli", command, str(running.ini)]
    assert subprocess.run(line, env=environment, check=False).returncode == 0
    assert (running.data / "admin.key").read_text() == key


def test_killed_web_processes_and_workers_lose_nothing(running: Production) -> None:
    with running.client(running.admin) as admin:
        keys = admin.post("/demo/", json={"name": "killed"}).json()["keys"]
    with Uploads([keys[-1]["url"]]) as uploads:
        for name in VICTIMS:
            kill(running, name)
            count = len(uploads.acknowledged)
            wait_for(lambda count=count: len(uploads.acknowledged) > count + 5)
        wait_for(lambda: len(uploads.acknowledged) >= UPLOADS)
    assert not uploads.wrong
    with running.client() as client:
        wait_for(lambda: healthy(client))
        check_content(client, uploads)
        check_jobs(client, uploads)
        check_usage(client, keys[-1]["url"])


def test_no_secret_is_in_any_log(running: Production) -> None:
    logs = running.logs()
    assert "COMMIT" in logs.upper()  # PostgreSQL's is among them
    assert [secret for secret in running.secrets() if secret in logs] == []


def kill(stack: Production, name: str) -> None:
    """kill -9 of a web process, or of a process of the pool that takes tasks."""
    pid = stack.pids()[name]
    if name == "worker":
        pool = psutil.Process(pid)
        next(each for each in pool.children() if each.cmdline() == pool.cmdline()).kill()
    else:
        os.kill(pid, signal.SIGKILL)
        stack.await_new_pid(name, pid)


@contextmanager
def opened(database: Any) -> Iterator[tuple[Any, Any]]:
    """A connection's transaction manager, and the demo service by it."""
    manager = transaction.TransactionManager(explicit=True)
    connection = database.open(manager)
    manager.begin()
    service = connection.root()["mserve"]["demo"]["files"]
    manager.abort()
    yield manager, service
    connection.close()


def sub_key(client: httpx.Client, path: str) -> dict[str, str]:
    made = client.post(f"{path}/-/keys", json={"role": "mfilereadonly"})
    assert made.status_code == 201
    return {"Authorization": f"Bearer {made.json()['key']}"}


def ended(client: httpx.Client, url: str) -> bool:
    return client.get(url).json()["state"] in ("done", "failed")
