"""Exchanges with servers that anybody may have named, and that behave as they like."""

import base64
import gzip
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mserve.errors import TaskError
from mserve.outside import connection
from mserve.outside.address import Unreachable
from mserve.outside.answer import BLOCK
from mserve.outside.exchange import Question, ask
from tests.unit.tasks.library import certificates
from tests.unit.tasks.library.web import Handler, Web, serving

MIB = 1 << 20


def read(url: str, most: int = MIB, **more: Any) -> bytes:
    with ask(Question(url, **more)) as answer:
        answer.demand((200,))
        return b"".join(answer.blocks(most))


def says(body: bytes, status: int = 200, **headers: str) -> Callable[[Handler], None]:
    return lambda handler: handler.answer(status, body, **headers)


def to(place: str, status: int = 302) -> Callable[[Handler], None]:
    return says(b"", status, Location=place)


def sends(raw: bytes, wait: float = 0) -> Callable[[Handler], None]:
    """These bytes and nothing else, then the end."""

    def send(handler: Handler) -> None:
        handler.wfile.write(raw)
        time.sleep(wait)

    return send


def test_a_body_is_read_whole(web: Web) -> None:
    content = bytes(range(256)) * 4000
    assert read(web("/a", says(content))) == content
    assert read(web("/b", sends(b"HTTP/1.1 200 OK\r\n\r\nto the end"))) == b"to the end"
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    assert read(web("/c", sends(chunked))) == b"abc"
    asked = web.asked[0]
    assert asked.headers["host"] == f"127.0.0.1:{web.port}"
    assert {*asked.headers} == {"host", "user-agent"}


@pytest.mark.parametrize(
    "url",
    [
        "", "nonsense", "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "//h/x",
        "http://", "https://:80/", "http://h:0/", "http://h:65536/", "http://h:x/", "http://h\n/",
        "http://h\t/", "javascript:1", "data:,x", "unix:/run/redis.sock", "http://xn--/",
    ],
)  # fmt: skip
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(TaskError, match=r"is no http:// or https:// address|cannot be read; right"):
        read(url)


def test_credentials_are_not_told() -> None:
    for url in ("http://me:pass-word@h:x/", "ftp://me:pass-word@h/", "http://me:pass-word@[::1]/"):
        with pytest.raises(TaskError) as caught:
            read(url)
        assert "pass-word" not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "[::ffff:127.0.0.1]"])
def test_what_is_not_allowed_is_not_reached(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("MSERVE_OUTSIDE_ALLOW", "10.0.0.0/8")
    with serving() as web, pytest.raises(TaskError, match="not on the public internet"):
        read(f"http://{host}:{web.port}/")
    assert web.asked == []


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("http://127.0.0.2:{port}/a", "127.0.0.2 is not on the public internet"),
        ("http://169.254.169.254/latest/meta-data/", "169.254.169.254 is not on the public"),
        ("http://[::1]:{port}/a", "::1 is not on the public internet"),
        ("//[::ffff:7f00:2]:{port}/a", "is not on the public internet"),
        ("http://0.0.0.0:{port}/a", "0.0.0.0 is not on the public internet"),
        ("file:///etc/passwd", "no http:// or https:// address"),
        ("http://h:x/", "redirect that cannot be read"),
        ("", "redirect to nowhere"),
    ],
)
def test_redirects_are_checked(web: Web, place: str, words: str) -> None:
    url = web("/a", to(place.format(port=web.port)))
    with pytest.raises(TaskError, match=words):
        read(url, redirects=5)
    assert len(web.asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_if_asked_for(web: Web, status: int) -> None:
    web("/b/d", says(b"here"))
    web("/b/c", to("d", status))
    url = web("/a", to(f"http://127.0.0.1:{web.port}/b/c", status))
    assert read(url, redirects=2) == b"here"
    with pytest.raises(TaskError, match="more than 1 redirects"):
        read(url, redirects=1)
    with pytest.raises(TaskError, match=f"answers {status} .*/b/c: give that address"):
        read(url)


def test_a_loop_of_redirects_ends(web: Web) -> None:
    with pytest.raises(TaskError, match="more than 3 redirects"):
        read(web("/a", to("/a")), redirects=3)
    assert len(web.asked) == 4


def test_credentials_go_to_their_own_server_alone(web: Web) -> None:
    web("/b", says(b"done"))
    web("/a", to("/b"))
    pair = base64.b64encode(b"me:p@ss").decode()
    with_credentials = web.url.replace("://", "://me:p%40ss@")
    assert read(with_credentials + "/a", redirects=1) == b"done"
    assert [each.headers["authorization"] for each in web.asked] == [f"Basic {pair}"] * 2
    with serving() as other:
        other("/c", says(b"there"))
        other("/back", to(f"http://you:guess@127.0.0.1:{web.port}/b"))
        web("/away", to(f"http://you:guess@127.0.0.1:{other.port}/c"))
        with ask(Question(with_credentials + "/away", redirects=1)) as answer:
            assert answer.url == f"{other.url}/c"
        assert read(other.url + "/back", redirects=1) == b"done"
    assert "authorization" not in other.asked[0].headers
    assert "authorization" not in web.asked[-1].headers


def test_the_environment_s_proxies_are_not_used(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert read(web("/a", says(b"direct"))) == b"direct"


def test_a_name_that_changes_its_mind(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for once; what it says afterwards, as rebinding has it, is not listened to."""
    asked: list[str] = []
    resolver = socket.getaddrinfo

    def changing(host: str, *more: Any, **options: Any) -> Any:
        if host == "changing.example":
            asked.append(host)
            host = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return resolver(host, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    web("/a", says(b"first"))
    assert read(f"http://changing.example:{web.port}/a") == b"first"
    assert asked == ["changing.example"]
    assert web.asked[0].headers["host"] == f"changing.example:{web.port}"
    with pytest.raises(TaskError, match=r"changing\.example is not on the public"):
        read(f"http://changing.example:{web.port}/a")


def test_of_several_addresses_the_next_is_tried(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = socket.getaddrinfo

    def several(host: str, *more: Any, **options: Any) -> Any:
        if host != "several.example":
            return resolver(host, *more, **options)
        return [
            entry for each in ("127.0.0.3", "127.0.0.2", "127.0.0.1")
            for entry in resolver(each, *more, **options)
        ]  # fmt: skip

    monkeypatch.setattr(socket, "getaddrinfo", several)
    monkeypatch.setenv("MSERVE_OUTSIDE_ALLOW", "127.0.0.0/31 127.0.0.2")
    web("/a", says(b"at last"))
    assert read(f"http://several.example:{web.port}/a") == b"at last"


def test_an_endless_body_is_cut(web: Web) -> None:
    def endless(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            handler.wfile.write(bytes(MIB))

    with pytest.raises(TaskError, match="more than the 100000 bytes allowed"):
        read(web("/a", endless), most=100_000)


def test_a_body_that_is_announced_too_large_is_not_read(web: Web) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n"
    with pytest.raises(TaskError, match="more than the 100000 bytes allowed"):
        read(web("/a", sends(head, 0.2)), most=100_000)
    assert len(read(web("/b", says(bytes(100_000))), most=100_000)) == 100_000


@pytest.mark.parametrize("part", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_drops_are_no_progress(web: Web, part: bytes) -> None:
    def drip(handler: Handler) -> None:
        handler.wfile.write(part)
        while True:
            time.sleep(0.1)
            handler.wfile.write(b"x")
            handler.wfile.flush()

    began = time.monotonic()
    with pytest.raises(Unreachable, match="took too long"):
        read(web("/a", drip), seconds=1.0)
    assert time.monotonic() - began < 3


def test_silence_has_an_end(web: Web) -> None:
    with pytest.raises(Unreachable, match="took too long"):
        read(web("/a", lambda handler: time.sleep(1)), patience=0.3)


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 300_000 + b"\r\n\r\n",
        b"",
        bytes(1000),
    ],
)
def test_what_is_no_whole_answer_may_be_better_another_time(web: Web, raw: bytes) -> None:
    with pytest.raises(Unreachable, match=web.url):
        read(web("/a", sends(raw)))


def test_nobody_at_home(web: Web) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable, match="cannot be reached"):
            read(f"http://127.0.0.1:{taken.getsockname()[1]}/")


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP"])
def test_gzip_that_nobody_asked_for_is_unpacked(web: Web, encoding: str) -> None:
    content = bytes(range(256)) * 5000
    packed = gzip.compress(content[:70_000]) + gzip.compress(content[70_000:])
    assert read(web("/a", says(packed, Content_Encoding=encoding)), most=2 * MIB) == content


def test_a_gzip_bomb_costs_little(web: Web) -> None:
    bomb = gzip.compress(bytes(64 * MIB), 9)
    url = web("/a", says(bomb, Content_Encoding="gzip"))
    with ask(Question(url)) as answer:
        blocks = answer.blocks(MIB)
        come = 0
        with pytest.raises(TaskError, match="more than the 1048576 bytes allowed"):
            for block in blocks:
                assert len(block) <= BLOCK
                come += len(block)
        assert MIB - BLOCK <= come <= MIB


def test_broken_encodings_are_told(web: Web) -> None:
    packed = gzip.compress(bytes(range(256)) * 100)
    with pytest.raises(TaskError, match="broken gzip"):
        read(web("/a", says(b"plain", Content_Encoding="gzip")))
    with pytest.raises(Unreachable, match="gzip that breaks off"):
        read(web("/b", says(packed[:-20], Content_Encoding="gzip")))
    with pytest.raises(TaskError, match="encoding 'br', not asked for"):
        read(web("/c", says(b"x", Content_Encoding="br")))
    assert read(web("/d", says(b"x", Content_Encoding="identity"))) == b"x"
    assert read(web("/e", says(b"", Content_Encoding="gzip"))) == b""


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451, 204, 206, 304])
def test_a_refusal_is_final(web: Web, status: int) -> None:
    with pytest.raises(TaskError, match=f"/a answers {status}"):
        read(web("/a", lambda handler: handler.head(status)))


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_some_answers_may_be_better_another_time(web: Web, status: int) -> None:
    with pytest.raises(Unreachable, match=f"/a answers {status}"):
        read(web("/a", says(b"no", status)))


def test_certificates_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSERVE_OUTSIDE_ALLOW", "127.0.0.0/8")
    path, context = certificates.make(tmp_path, "127.0.0.1")
    with serving(tls=context) as web:
        url = web("/a", says(b"secure"))
        with pytest.raises(TaskError, match="certificate that is not trusted: self"):
            read(url)
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        assert read(url) == b"secure"
        with pytest.raises(TaskError, match="certificate that is not trusted: Hostname mism"):
            read(url.replace("127.0.0.1", "localhost"))


def test_ipv6_literals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSERVE_OUTSIDE_ALLOW", "::1")
    with serving("::1") as web:
        assert read(web("/a", says(b"six"))) == b"six"
        assert web.asked[0].headers["host"] == f"[::1]:{web.port}"


def test_the_deadline_is_kept_when_connecting() -> None:
    with pytest.raises(connection.httpcore.ConnectTimeout):
        connection.Backend((), time.monotonic() - 1).connect_tcp("8.8.8.8", 80)
