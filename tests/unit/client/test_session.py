"""Sessions with a real server on this machine, which answers as it is told."""

import logging
import ssl
import subprocess
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from mserve.client import BadAnswer, Client, Forbidden, NotFound, Unavailable, Unreachable
from mserve.client.errors import BadAddress, Untrusted
from mserve.client.patience import Patience
from mserve.client.session import Session

KEY = "s" * 43
NODE = b'{"type": "folder", "name": "x", "modified": "2026-01-01T00:00:00Z"}'
Answer = tuple[int, dict[str, str], bytes]


class Server(ThreadingHTTPServer):
    """`answers` are given one after the other, the last for ever; `asked` is what came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[Answer] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        answers = self.server.answers
        status, headers, body = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ssl.SSLError:  # the client does not like the certificate
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Nothing on the console."""


@pytest.fixture
def server() -> Iterator[Server]:
    yield from serving(Server())


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody else knows; its private key is in the same file."""
    path = tmp_path / "both.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=x -addext"
    names = ["subjectAltName=IP:127.0.0.1", "-keyout", str(path), "-out", str(path)]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[Server]:
    server = Server()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    server.url = server.url.replace("http:", "https:")
    yield from serving(server)


def serving(server: Server) -> Iterator[Server]:
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def client(server: Server) -> Iterator[Callable[..., Client]]:
    made: list[Client] = []

    def make(path: str = "", key: str | None = None, **options: Any) -> Client:
        made.append(Client(server.url + path, key, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def problem(status: int, detail: str, **headers: str) -> Answer:
    body = f'{{"type": "urn:mserve:problem:some-kind", "detail": "{detail}"}}'.encode()
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, body


def test_the_key_of_a_url_is_in_the_path_and_in_no_log(
    server: Server, client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers = [(200, {}, NODE)]
    with caplog.at_level(logging.DEBUG):
        assert client(f"/k/{KEY}/a%20b/").info().name == "x"
    path, headers = server.asked[0]
    assert path == f"/k/{KEY}/a%20b/-/info"
    assert "Authorization" not in headers
    assert "/k/-/a%20b" in caplog.text
    assert KEY not in caplog.text


def test_another_key_is_in_the_header(server: Server, client: Any) -> None:
    server.answers = [(200, {}, NODE)]
    client("/acme/", KEY).info()
    path, headers = server.asked[0]
    assert (path, headers["Authorization"]) == ("/acme/-/info", f"Bearer {KEY}")


def test_a_key_for_its_place_in_the_url(server: Server, client: Any) -> None:
    server.answers = [(200, {}, NODE)]
    client("/k/-/", KEY).info()
    assert server.asked[0][0] == f"/k/{KEY}/-/info"
    with pytest.raises(BadAddress, match="no"):
        Session(client("/k/-/", KEY).address, None, Patience(1, Event(), lambda _: None))


@pytest.mark.parametrize(
    ("status", "error"), [(404, NotFound), (410, NotFound), (401, Forbidden), (403, Forbidden)]
)
def test_a_problem_is_told(server: Server, client: Any, status: int, error: Any) -> None:
    server.answers = [problem(status, "it is so")]
    with pytest.raises(error, match="it is so") as caught:
        client("/a", KEY).info()
    assert caught.value.kind == "some-kind"
    assert len(server.asked) == 1


def test_a_busy_server_is_asked_again_when_it_says(server: Server, client: Any) -> None:
    server.answers = [problem(503, "busy", Retry_After="0"), (200, {}, NODE)]
    assert client("/a", KEY).info().name == "x"
    assert len(server.asked) == 2


def test_but_not_for_ever(server: Server, client: Any) -> None:
    server.answers = [problem(503, "busy", Retry_After="0")]
    with pytest.raises(Unavailable, match="busy"):
        client("/a", KEY, tries=2).info()
    assert len(server.asked) == 2


def test_a_redirect_is_not_followed(server: Server, client: Any) -> None:
    server.answers = [(302, {"Location": "/other"}, b"")]
    with pytest.raises(BadAnswer):
        client("/a", KEY).info()
    assert len(server.asked) == 1


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"type": "mfile"}'])
def test_what_is_not_mserve_is_told(server: Server, client: Any, body: bytes) -> None:
    server.answers = [(200, {}, body)]
    with pytest.raises(BadAnswer, match="not mserve"):
        client("/a", KEY).info()


def test_a_server_that_is_not_there_is_told(server: Server) -> None:
    with Client("http://127.0.0.1:1/", KEY, tries=1) as client, pytest.raises(Unreachable):
        client.info()


def test_pages_are_followed_on_the_way_that_the_client_came(server: Server, client: Any) -> None:
    first = b'{"items": [%s], "next": "http://elsewhere/?cursor=x%%26y"}' % NODE
    server.answers = [
        problem(400, "too many"), (200, {}, first), (200, {}, b'{"items": [], "next": null}'),
    ]  # fmt: skip
    assert [each.name for each in client("/a/", KEY).ls()] == ["x"]
    assert [path for path, _ in server.asked] == ["/a?limit=1000", "/a", "/a?cursor=x%26y"]


def test_a_name_that_leads_out_of_a_folder_is_refused(server: Server, client: Any) -> None:
    evil = NODE.replace(b'"x"', b'"../x"')
    server.answers = [(200, {}, b'{"items": [%s], "next": null}' % evil)]
    with pytest.raises(BadAddress):
        list(client("/a/", KEY).walk())


def test_over_tls_where_the_certificate_is_known(
    secure: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secure.answers = [(200, {}, NODE)]
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Client(f"{secure.url}/k/{KEY}/") as client:
        assert client.info().name == "x"
    assert secure.asked[0][0] == f"/k/{KEY}/-/info"


def test_no_key_goes_to_a_server_with_another_certificate(secure: Server) -> None:
    with Client(f"{secure.url}/k/{KEY}/") as client, pytest.raises(Untrusted, match="certificate"):
        client.info()
    assert secure.asked == []


def test_proxies_come_from_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answers = [(200, {}, NODE)]
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("no_proxy", "other.invalid")
    with Client(f"http://mserve.invalid/k/{KEY}/", tries=1) as client:
        assert client.info().name == "x"
    assert server.asked[0][0] == f"http://mserve.invalid/k/{KEY}/-/info"
    with Client("http://other.invalid/", KEY, tries=1) as client, pytest.raises(Unreachable):
        client.info()
