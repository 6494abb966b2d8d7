"""Requests in: what is understood, what is refused, and that nothing of one becomes another."""

import socket
import time

import pytest

from mserve.guarding import EVERY
from tests.unit.server.running import Running, asked, read_all, read_answer

CHUNKED = b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
COUNTED = b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: "


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_the_environ(running: Running) -> None:
    headers = {"Content_Type": "a/b", "X_One": "1", "Cookie": "a=1", "Connection": "close"}
    running.say(asked("/a%20b/%C3%A4?q=%20", method="PUT", body=b"x", **headers))
    (seen,) = running.seen
    wanted = {
        "REQUEST_METHOD": "PUT", "PATH_INFO": "/a b/\xc3\xa4", "QUERY_STRING": "q=%20",
        "CONTENT_TYPE": "a/b", "CONTENT_LENGTH": "1", "HTTP_X_ONE": "1", "HTTP_COOKIE": "a=1",
        "HTTP_HOST": "x", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
        "SCRIPT_NAME": "", "wsgi.url_scheme": "http", "wsgi.input_terminated": True,
    }  # fmt: skip
    assert {name: seen[name] for name in wanted} == wanted


def test_headers_given_twice_are_joined_and_ambiguous_ones_dropped(running: Running) -> None:
    running.say(
        b"GET /refused HTTP/1.1\r\nHost: x\r\nA: 1\r\na: 2\r\nCookie: a=1\r\nCookie: b=2\r\n"
        b"X_Forwarded_For: me\r\nConnection: close\r\n\r\n"
    )
    (seen,) = running.seen
    assert (seen["HTTP_A"], seen["HTTP_COOKIE"]) == ("1, 2", "a=1; b=2")
    assert "HTTP_X_FORWARDED_FOR" not in seen


@pytest.mark.parametrize(
    ("target", "path", "host"),
    [("*", "/", "x"), ("http://y/a?b", "/a", "y"), ("http://y", "/", "y")],
)
def test_forms_of_the_target(running: Running, target: str, path: str, host: str) -> None:
    running.say(asked(target, method="OPTIONS", Connection="close"))
    assert (running.seen[0]["PATH_INFO"], running.seen[0]["HTTP_HOST"]) == (path, host)


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\n\r\n",  # no host
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET a HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"NONSENSE / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA : 1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n A: 1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\nA: 1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n",
        COUNTED + b"-1\r\n\r\n",
        COUNTED + b"1x\r\n\r\n",
        COUNTED + b"1\r\nContent-Length: 2\r\n\r\nxx",
        COUNTED + b"1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"PUT / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/2.0\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * (1 << 18) + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",  # TLS
    ],
)
def test_what_is_no_plain_request_is_refused_and_ends_the_connection(
    running: Running, head: bytes
) -> None:
    answer = running.say(head)
    assert status(answer) in (400, 431, 501, 505)
    assert b"Connection: close" in answer
    for name, value in EVERY.items():
        assert f"\r\n{name}: {value}\r\n".encode() in answer
    assert not running.seen


def test_requests_on_one_connection(running: Running) -> None:
    with running.open() as connected:
        for body in (b"one", b"two"):
            connected.sendall(asked(method="PUT", body=body))
            assert read_answer(connected)[1] == body


def test_requests_that_come_at_once(running: Running) -> None:
    bodies = [b"%d" % n for n in range(50)]
    last = asked(method="PUT", body=b"end", Connection="close")
    answer = running.say(b"".join(asked(method="PUT", body=each) for each in bodies) + last)
    assert [part.rpartition(b"\r\n")[2] for part in answer.split(b"HTTP/1.1 200 OK")[1:]] == [
        *bodies,
        b"end",
    ]


def test_a_head_that_comes_byte_by_byte(running: Running) -> None:
    with running.open() as connected:
        for byte in asked(method="PUT", body=b"abc"):
            connected.sendall(bytes([byte]))
        assert read_answer(connected)[1] == b"abc"


def test_lines_before_a_request_are_passed_over(running: Running) -> None:
    assert status(running.say(b"\r\n\r\n" + asked("/refused", Connection="close"))) == 403


def test_old_clients(running: Running) -> None:
    answer = running.say(b"GET /refused HTTP/1.0\r\n\r\n")
    assert b"Connection: close" in answer
    with running.open() as connected:
        for _ in range(2):
            connected.sendall(b"GET /refused HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            assert b"Connection: keep-alive" in read_answer(connected)[0]


@pytest.mark.parametrize(
    "chunks",
    [
        b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        b"03 ;a=b\r\nabc\r\n2;c\r\nde\r\n0\r\nTrailer: 1\r\nAnother: 2\r\n\r\n",
        b"5\r\nabcde\r\n000\r\n\r\n",
    ],
)
def test_chunks(running: Running, chunks: bytes) -> None:
    with running.open() as connected:
        connected.sendall(CHUNKED + chunks)
        assert read_answer(connected)[1] == b"abcde"
        for byte in CHUNKED + chunks:
            connected.sendall(bytes([byte]))
        assert read_answer(connected)[1] == b"abcde"


@pytest.mark.parametrize(
    "chunks",
    [
        b"3\r\nab", b"3\r\nabcd\r\n0\r\n\r\n", b"x\r\n", b"-1\r\n", b"0x3\r\nabc\r\n0\r\n\r\n",
        b"3\nabc\r\n0\r\n\r\n", b"3\r\nabc\r\n", b"3\r\nabc\r\n0\r\n", b"\r\n",
        b"3;" + b"x" * 1000 + b"\r\nabc\r\n0\r\n\r\n", b"1" * 20 + b"\r\n",
        b"0\r\n" + b"A: 1\r\n" * 5000 + b"\r\n",
    ],
)  # fmt: skip
def test_chunks_that_break_are_never_a_whole_body(running: Running, chunks: bytes) -> None:
    with running.open() as connected:
        connected.sendall(CHUNKED + chunks)
        connected.shutdown(socket.SHUT_WR)
        assert b"200 OK" not in read_all(connected)


def test_a_short_body_is_never_a_whole_one(running: Running) -> None:
    for sent in (b"", b"abc"):
        with running.open() as connected:
            connected.sendall(COUNTED + b"5\r\n\r\n" + sent)
            connected.shutdown(socket.SHUT_WR)
            assert b"200 OK" not in read_all(connected)


def test_who_waits_to_be_asked_for_the_body_is_asked(running: Running) -> None:
    with running.open() as connected:
        connected.sendall(COUNTED + b"3\r\nExpect: 100-continue\r\n\r\n")
        assert connected.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connected.sendall(b"abc")
        assert read_answer(connected)[1] == b"abc"


def test_who_is_refused_is_not_asked_for_the_body(running: Running) -> None:
    head = asked("/refused", method="PUT", Content_Length="3000000", Expect="100-continue")
    answer = running.say(head)
    assert status(answer) == 403
    assert b"Connection: close" in answer


def test_a_refusal_reaches_who_is_still_sending(running: Running) -> None:
    """Where a body is larger than what the sockets hold, a closed connection would be a reset."""
    body = bytes(30_000_000)
    asking = running.connect()
    asking.request("PUT", "/refused", body)
    answer = asking.getresponse()
    assert (answer.status, answer.read()) == (403, b"no")
    asking.close()


def test_a_little_body_that_nobody_read_costs_no_connection(running: Running) -> None:
    with running.open() as connected:
        connected.sendall(asked("/refused", method="PUT", body=b"x" * 1000))
        assert b"close" not in read_answer(connected)[0]
        connected.sendall(asked(method="PUT", body=b"y"))
        assert read_answer(connected)[1] == b"y"


def test_who_does_nothing_is_dropped() -> None:
    running = Running(timeout=0.5)
    try:
        for said in (b"", b"GET / HT", COUNTED + b"5\r\n\r\nabc"):
            with running.open() as connected:
                connected.sendall(said)
                began = time.monotonic()
                assert b"200 OK" not in read_all(connected)
                assert time.monotonic() - began < 5
    finally:
        running.stop()


def test_slow_clients_hold_up_nobody() -> None:
    """Bodies that do not go on, many more than there are threads."""
    running = Running(threads=2)
    slow = [running.open() for _ in range(50)]
    try:
        for each in slow:
            each.sendall(COUNTED + b"5\r\n\r\nabc")
        while len(running.seen) < 50:
            time.sleep(0.01)
        for _ in range(5):
            with running.open() as connected:
                connected.sendall(asked(method="PUT", body=b"y"))
                assert read_answer(connected)[1] == b"y"
        for each in slow:
            each.sendall(b"de")
            assert read_answer(each)[1] == b"abcde"
    finally:
        for each in slow:
            each.close()
        running.stop()


def test_an_application_that_works_long_holds_up_nobody(running: Running) -> None:
    with running.open() as slow:
        slow.sendall(asked("/slow", method="PUT", body=b"x"))
        assert running.at_work.wait(5)
        for _ in range(5):
            with running.open() as connected:
                connected.sendall(asked(method="PUT", body=b"y"))
                assert read_answer(connected)[1] == b"y"
        running.go_on.set()
        assert read_answer(slow)[1] == b"x"


def test_the_front_alone_is_believed() -> None:
    claims = {"X_Forwarded_For": "9.9.9.9, 1.2.3.4", "X_Forwarded_Proto": "https",
              "X_Forwarded_Host": "evil", "Forwarded": "for=8.8.8.8"}  # fmt: skip
    for proxy, address, scheme in (
        (("127.0.0.1",), "1.2.3.4", "https"),
        (("127.0.0.2",), "127.0.0.1", "http"),
        ((), "127.0.0.1", "http"),
    ):
        running = Running(trusted_proxy=proxy)
        running.say(asked("/refused", Connection="close", **claims))
        running.stop()
        (seen,) = running.seen
        assert (seen["REMOTE_ADDR"], seen["wsgi.url_scheme"]) == (address, scheme)
        assert not [name for name in seen if "FORWARDED" in name]


def test_a_prefix_is_where_the_application_is_mounted() -> None:
    running = Running(url_prefix="/a/b")
    for path in ("/a/b/c", "/a/b", "/a/bc"):
        running.say(asked(path, Connection="close"))
    running.stop()
    found = [(seen["SCRIPT_NAME"], seen["PATH_INFO"]) for seen in running.seen]
    assert found == [("/a/b", "/c"), ("/a/b", ""), ("/a/b", "/a/bc")]
