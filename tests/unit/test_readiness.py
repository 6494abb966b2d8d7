"""A process that shares its socket with others says itself that it is ready."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mserve import notify
from mserve.cli.readiness import Readiness


def test_who_has_told_is_ready_and_nobody_else(tmp_path: Path) -> None:
    readiness = Readiness(tmp_path / "web-1.ready")
    telling = [sys.executable, "-c", "from mserve import notify; notify.ready()"]
    environment = {**os.environ, "NOTIFY_SOCKET": str(readiness.path)}
    with subprocess.Popen(telling, env=environment) as told:
        assert told.wait(30) == 0
    assert readiness.missing(told.pid) is None
    assert readiness.missing(told.pid) is None
    assert readiness.missing(os.getpid())
    readiness.socket.close()


def test_an_earlier_runs_socket_is_replaced(tmp_path: Path) -> None:
    for _ in range(2):
        Readiness(tmp_path / "web.ready").socket.close()


def test_nobody_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify.ready()
