"""The web server ends without losing a request, and hands its socket on."""

import logging
import socket
import time
from http.client import HTTPConnection

import pytest

from mserve.errors import SettingsError
from mserve.server.listening import LISTEN_FD, listeners
from mserve.server.options import Options
from tests.unit.server.running import Running, asked, read_answer


def test_a_request_at_work_is_answered_in_full_after_a_stop(running: Running) -> None:
    asking = running.connect()
    asking.request("GET", "/slow")
    assert running.at_work.wait(5)
    running.server.stop()
    running.go_on.set()
    answer = asking.getresponse()
    assert len(answer.read()) == 5_000_000
    assert answer.getheader("Connection") == "close"
    asking.close()


def test_a_body_on_its_way_is_received_after_a_stop(running: Running) -> None:
    with running.open() as sending:
        sending.sendall(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nhalf")
        while not running.seen:
            time.sleep(0.01)
        running.server.stop()
        time.sleep(0.3)
        sending.sendall(b"half")
        assert read_answer(sending)[1] == b"halfhalf"


def test_what_was_asked_before_a_stop_is_answered(running: Running) -> None:
    """Also where the one thread that might read it is busy until then."""
    with running.open() as first, running.open() as second:
        while len(running.server.connections) < 2:  # what is not accepted yet is its listener's
            time.sleep(0.01)
        first.sendall(asked("/slow", method="PUT", body=b"1"))
        assert running.at_work.wait(5)
        second.sendall(asked(method="PUT", body=b"2"))
        running.server.stop()
        running.go_on.set()
        assert [read_answer(each)[1] for each in (first, second)] == [b"1", b"2"]


def test_an_idle_connection_does_not_hold_it_up(running: Running) -> None:
    asking = running.connect()
    asking.request("GET", "/")
    asking.getresponse().read()
    began = time.monotonic()
    running.stop()
    assert time.monotonic() - began < 3
    asking.close()


def test_who_does_not_go_on_is_left_in_the_end() -> None:
    running = Running(drain=0.5)
    with running.open() as sending:
        sending.sendall(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nhalf")
        while not running.seen:
            time.sleep(0.01)
        began = time.monotonic()
        running.stop()
        assert 0.4 < time.monotonic() - began < 5


def test_no_thread_is_left(running: Running) -> None:
    asking = running.connect()
    asking.request("GET", "/")
    asking.getresponse().read()
    asking.close()
    running.stop()
    assert running.server.crew.threads == 0


def test_a_fault_is_logged_without_the_path(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "mserve.server"):
        answer = running.say(asked("/fault?key=SECRET"))
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"SECRET" not in answer
    assert "a fault of the application" in caplog.text
    assert "SECRET" not in caplog.text


def test_an_inherited_socket_takes_the_place_of_the_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = Options.parse({"listen": "127.0.0.1:0", "threads": "2"})
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv(LISTEN_FD, str(listener.fileno()))
        (inherited,) = listeners(options)
        assert inherited.detach() == listener.fileno()
    (own,) = listeners(options)
    with own:
        assert own.getsockname()[0] == "127.0.0.1"


def test_all_faults_of_the_settings_are_told_together() -> None:
    lines = {"threads": "many", "listen": "x", "ident": "y", "trusted_proxy": "front"}
    with pytest.raises(SettingsError) as found:
        Options.parse(lines)
    assert len(found.value.faults) == 4
    for wrong in ({"trusted_proxy": "10.0.0.1/8"}, {"listen": "unix:x"}, {"listen": "unix:"}):
        with pytest.raises(SettingsError, match=r"should be .*unix"):
            Options.parse(wrong)


def test_what_the_settings_mean() -> None:
    found = Options.parse(
        {"host": "0.0.0.0", "port": "80", "url_prefix": "a/b/", "trusted_proxy": "::1"}
    )
    assert found.listen == (("0.0.0.0", 80),)
    assert (found.url_prefix, found.trusted_proxy) == ("/a/b", ("::1/128",))
    several = Options.parse({"trusted_proxy": "unix 10.0.0.0/8", "listen": "unix:/run/x.sock"})
    assert several.trusted_proxy == ("unix", "10.0.0.0/8")
    assert several.listen == (("/run/x.sock", 0),)
    assert Options.parse({"listen": "*:1 [::1]:2"}).listen == (("0.0.0.0", 1), ("::1", 2))


def test_more_connections_than_the_limit_wait() -> None:
    running = Running(connection_limit=3)
    clients = [HTTPConnection(*running.address, timeout=1) for _ in range(4)]
    try:
        for client in clients[:3]:
            client.request("PUT", "/", b"x")
            assert client.getresponse().read() == b"x"
        clients[3].request("PUT", "/", b"y")
        with pytest.raises(TimeoutError):
            clients[3].getresponse()
        clients[0].close()
        with running.open() as another:  # the one that waits is served, then this one waits
            del another
        clients[3].close()
        clients[1].close()
        with running.open() as next_one:
            next_one.sendall(asked(method="PUT", body=b"z"))
            assert read_answer(next_one)[1] == b"z"
    finally:
        for client in clients:
            client.close()
        running.stop()
