"""Whose address a request has: behind fronts, at every kind of socket, and whatever is claimed."""

import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mserve.server.clients import client, plain, trust
from mserve.server.listening import at_path, listeners
from mserve.server.options import Options
from tests.unit.server.running import Running, asked, read_answer

FRONTS = ("10.0.0.1", "10.1.0.0/16", "2001:db8::1")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("1.2.3.4", "1.2.3.4"),
        (" 1.2.3.4:5678 ", "1.2.3.4"),
        ("2001:DB8:0::7", "2001:db8::7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ('"[2001:db8::7]"', "2001:db8::7"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("[::ffff:102:304]:80", "1.2.3.4"),
        ("fe80::1%eth0", "fe80::1"),
        ("unknown", ""),
        ("_hidden", ""),
        ("", ""),
        ("1.2.3.4.5", ""),
        ("1.2.3.4, 5.6.7.8", ""),
    ],
)
def test_an_address_is_read_however_it_is_written(text: str, address: str) -> None:
    assert plain(text) == address


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("9.9.9.9", "1.2.3.4", "9.9.9.9"),  # forged by somebody who is no front
        ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),  # the client has forged the first
        ("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.1.2.3, 2001:db8::1", "1.2.3.4"),
        ("10.0.0.1", "1.2.3.4, 10.2.0.1, 10.1.0.1", "10.2.0.1"),  # a hop that is not trusted
        ("10.0.0.1", "10.1.0.1, 10.1.0.2", "10.1.0.1"),
        ("2001:db8::1", "[2001:db8::7]:99", "2001:db8::7"),
        ("10.0.0.1", "6.6.6.6, unknown", ""),
        ("10.0.0.1", "6.6.6.6,", ""),
        ("", "1.2.3.4", ""),
    ],
)
def test_what_fronts_say_is_believed_as_far_as_they_are_trusted(
    peer: str, forwarded: str, found: str
) -> None:
    assert client(peer, forwarded, trust(FRONTS)) == found


def test_a_socket_of_this_machine_is_trusted_by_name() -> None:
    assert client("", "6.6.6.6, 1.2.3.4", trust(("unix",))) == "1.2.3.4"
    assert client("9.9.9.9", "1.2.3.4", trust(("unix",))) == "9.9.9.9"
    assert client("", "1.2.3.4, 10.0.0.1", trust(("unix", *FRONTS))) == "1.2.3.4"


def at_both() -> socket.socket:
    """All addresses of both kinds: IPv4 peers are mapped ones there."""
    return socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)


@pytest.fixture
def seen() -> Iterator[Callable[..., str]]:
    """`seen(listener, host, fronts, *lines)`: the REMOTE_ADDR of a request that comes by `host`."""
    started: list[Running] = []

    def ask(listener: socket.socket, host: str, fronts: tuple[str, ...], *lines: str) -> str:
        running = Running(listener=listener, trusted_proxy=fronts)
        started.append(running)
        at_unix = listener.family == socket.AF_UNIX
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(socket.AF_UNIX if at_unix else family) as connected:
            connected.settimeout(10)
            connected.connect(running.address if at_unix else (host, running.address[1]))
            claims = "".join(f"X-Forwarded-For: {line}\r\n" for line in lines)
            connected.sendall(asked("/refused")[:-2] + claims.encode() + b"\r\n")
            assert read_answer(connected)[0].startswith(b"HTTP/1.1 403")
        (environ,) = running.seen
        assert environ["REMOTE_HOST"] == environ["REMOTE_ADDR"]
        return str(environ["REMOTE_ADDR"])

    yield ask
    for running in started:
        running.stop()


def test_an_ipv4_front_at_a_socket_of_both_kinds(seen: Callable[..., str]) -> None:
    assert seen(at_both(), "127.0.0.1", ("127.0.0.1",), "6.6.6.6, 1.2.3.4") == "1.2.3.4"


def test_a_peer_is_told_as_ipv4_at_a_socket_of_both_kinds(seen: Callable[..., str]) -> None:
    assert seen(at_both(), "127.0.0.1", (), "1.2.3.4") == "127.0.0.1"


def test_an_ipv6_front(seen: Callable[..., str]) -> None:
    assert seen(at_both(), "::1", ("::1",), "[2001:db8::7]:443") == "2001:db8::7"


def test_a_header_that_comes_twice_is_one_list(seen: Callable[..., str]) -> None:
    listener, fronts = socket.create_server(("127.0.0.1", 0)), ("127.0.0.1", "10.0.0.0/8")
    assert seen(listener, "127.0.0.1", fronts, "6.6.6.6", "1.2.3.4, 10.0.0.2") == "1.2.3.4"


def test_a_front_at_a_unix_socket(seen: Callable[..., str], tmp_path: Path) -> None:
    listener = at_path(tmp_path / "web.sock")
    assert seen(listener, "", ("unix",), "6.6.6.6, 1.2.3.4") == "1.2.3.4"


def test_who_comes_by_a_unix_socket_is_not_believed_unless_that_is_said(
    seen: Callable[..., str], tmp_path: Path
) -> None:
    assert seen(at_path(tmp_path / "web.sock"), "", ("127.0.0.1",), "1.2.3.4") == ""


def test_a_unix_socket_that_was_left_is_replaced_and_is_not_the_worlds(tmp_path: Path) -> None:
    path = tmp_path / "web.sock"
    at_path(path).close()
    (listener,) = listeners(Options.parse({"listen": f"unix:{path}"}))
    with listener, socket.socket(socket.AF_UNIX) as connected:
        connected.connect(str(path))
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
