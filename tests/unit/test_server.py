"""The web server: it ends without losing a request, and keeps paths to itself."""

import logging
import signal
import socket
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from mserve.server import DEFAULTS, LISTEN_FD, Server, listening, spool, without_path


class Running:
    """A server in a thread, whose application waits at `/slow` until it is let go."""

    def __init__(self) -> None:
        self.at_work, self.go_on = Event(), Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.server = Server(self.application, {**DEFAULTS, "sockets": [self.socket]})
        self.thread = Thread(target=self.server.run, args=(10.0,))
        self.thread.start()

    def application(self, environ: Any, start_response: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/slow":
            self.at_work.set()
            self.go_on.wait(10)
        body = environ["wsgi.input"].read() or b"x" * 5_000_000
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    def connect(self) -> HTTPConnection:
        return HTTPConnection(*self.address, timeout=10)

    @property
    def address(self) -> tuple[str, int]:
        return self.server.listeners[0].effective_host, int(self.server.listeners[0].effective_port)

    def receiving(self) -> bool:
        return any(getattr(each, "request", None) for each in [*self.server.sockets.values()])

    def stop(self) -> None:
        self.server.stop(signal.SIGTERM, None)


@pytest.fixture
def running() -> Iterator[Running]:
    running = Running()
    yield running
    running.go_on.set()
    running.stop()
    running.thread.join(15)
    assert not running.thread.is_alive()


def test_a_request_at_work_is_answered_in_full_after_a_stop(running: Running) -> None:
    asking = running.connect()
    asking.request("GET", "/slow")
    assert running.at_work.wait(5)
    running.stop()
    running.go_on.set()
    assert len(asking.getresponse().read()) == 5_000_000
    asking.close()


def test_a_body_on_its_way_is_received_after_a_stop(running: Running) -> None:
    with socket.create_connection(running.address, timeout=10) as sending:
        sending.sendall(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nhalf")
        while not running.receiving():
            time.sleep(0.01)
        running.stop()
        sending.sendall(b"half")
        assert sending.recv(1000).startswith(b"HTTP/1.1 200 OK")


def test_an_idle_connection_does_not_hold_it_up(running: Running) -> None:
    asking = running.connect()
    asking.request("GET", "/")
    asking.getresponse().read()
    running.stop()
    running.thread.join(5)
    assert not running.thread.is_alive()
    asking.close()


def test_a_path_is_not_logged() -> None:
    for words in ("Exception while serving /k/SECRET/x", "Client disconnected while serving /k/S"):
        record = logging.LogRecord("waitress", logging.ERROR, "", 0, words, None, None)
        assert without_path(record)
        assert record.getMessage().endswith(" while serving a request")
    other = logging.LogRecord("waitress", logging.INFO, "", 0, "depth is %d", (3,), None)
    assert without_path(other)
    assert other.getMessage() == "depth is 3"


def test_an_inherited_socket_takes_the_place_of_the_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv(LISTEN_FD, str(listener.fileno()))
        found = listening({"listen": "127.0.0.1:1", "threads": "2"})
        (inherited,) = found.pop("sockets")
        assert found == {"threads": "2"}
        assert inherited.detach() == listener.fileno()
    assert listening({"listen": "127.0.0.1:1"}) == {"listen": "127.0.0.1:1"}


def test_bodies_are_spooled_in_the_data_folder(tmp_path: Path) -> None:
    ini = tmp_path / "some.ini"
    ini.write_text(f"[app:main]\nuse = egg:mserve\nmserve.data = {tmp_path}/d\n")
    assert spool(str(ini)) == str(tmp_path / "d" / "tmp")
    assert (tmp_path / "d" / "tmp").is_dir()
