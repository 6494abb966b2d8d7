"""nginx, Apache and lighttpd by their files in deploy/: what goes through arrives as it was sent.

TLS, sendfile, speed limits, uploads that are not put into files, the client's own scheme and host
in links, and no key in any log. What is made once for each front is in the fixture.
"""

import random
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import quote

import httpx
import psutil
import pytest

from tests.functional.deployed import NAME, Front
from tests.functional.production import Production, Web, largest_written
from tests.functional.stack import wait_for

BYTES = random.randbytes(3_000_000)
AWAY = {"nginx": 502, "apache": 503, "lighttpd": 503}  # what a front says without mserve
SPEED = 400_000  # bytes per second
KEPT = (
    "Content-Security-Policy", "Content-Disposition", "Referrer-Policy", "Last-Modified",
    "Cache-Control", "X-Robots-Tag", "Cross-Origin-Resource-Policy",
)  # fmt: skip


@dataclass
class Site:
    """A front, the web process behind it, and a client of both with the demo's key in the path."""

    front: Front
    web: Web
    stack: Production
    client: httpx.Client
    path: str  # /k/<key>/
    secrets: set[str] = field(default_factory=set)

    def url(self, name: str = "") -> str:
        return f"{self.front.url}{self.path}{name}"

    def absent(self, name: str) -> bool:
        return self.client.get(f"{self.path}{name}/-/info").status_code == 404

    def begin(self, method: str, target: str, *headers: str) -> ssl.SSLSocket:
        """A request of which the head has been sent, by HTTP/1.1."""
        connection = self.front.connect()
        lines = [f"{method} {target} HTTP/1.1", f"Host: {NAME}:{self.front.port}", *headers]
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return connection

    def curl(self, *arguments: str) -> str:
        where = f"{NAME}:{self.front.port}:127.0.0.1"
        trust = str(self.front.folder / "tls.crt")
        command = ["curl", "-sS", "--resolve", where, "--cacert", trust, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module", params=["nginx", "apache", "lighttpd"])
def site(request: pytest.FixtureRequest, running: Production) -> Iterator[Site]:
    kind = request.param
    with running.web(kind, sendfile=kind) as web:
        front = Front(kind, web.address, running.blobs)
        try:
            with front.start().client() as client:
                path = httpx.URL(running.demo_url).path
                found = Site(front, web, running, client, path, running.secrets())
                assert client.put(f"{path}{kind}/bytes", content=BYTES).status_code == 201
                yield found
        finally:
            front.end()


@pytest.fixture
def name(site: Site) -> str:
    """The path of a file that is BYTES."""
    return f"{site.path}{site.front.kind}/bytes"


def test_links_are_the_fronts_and_cannot_be_forged(site: Site) -> None:
    forged = {
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Port": "99",
        "X-Forwarded-For": "192.0.2.1",
        "Forwarded": "host=evil.example;proto=http",
    }
    for headers in ({}, forged):
        shown = site.client.get(f"{site.path}-/info", headers=headers)
        assert shown.json()["url"] == site.url()
        assert "evil" not in shown.text


def test_another_host_is_not_served(site: Site) -> None:
    for target, host in (("/-/health", "evil.example"), ("https://evil.example/-/health", NAME)):
        with site.front.connect() as connection:
            connection.sendall(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            answer = connection.recv(4096)
        assert not answer or answer.split()[1] in (b"400", b"403", b"421"), answer


def test_plain_http_is_sent_to_https(site: Site) -> None:
    url = f"http://127.0.0.1:{site.front.plain}/-/health"
    answer = httpx.get(url, headers={"Host": NAME})
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"https://{NAME}/-/health"


def test_the_front_sends_the_bytes(site: Site, name: str) -> None:
    told = httpx.get(f"http://{site.web.address}{name}").headers
    assert {"x-sendfile", "x-accel-redirect"} & {*told}
    answer = site.client.get(name)
    assert answer.content == BYTES
    assert answer.headers["ETag"] == f'"{sha256(BYTES).hexdigest()}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Strict-Transport-Security"]
    assert all(told[each].split() == answer.headers[each].split() for each in KEPT)
    assert not {"x-sendfile", "x-accel-redirect"} & {*answer.headers}
    assert site.client.head(name).headers["Content-Length"] == str(len(BYTES))


def test_every_answer_is_guarded_once(site: Site, name: str) -> None:
    """The bytes, an error and facts of mserve's, and an error of the front's own."""
    many = {"Range": f"bytes={len(BYTES)}-"}
    for url, headers in ((name, {}), (name, many), (f"{name}x", {}), (f"{name}/-/info", {})):
        answer = site.client.get(url, headers=headers)
        for each in ("Strict-Transport-Security", "Referrer-Policy", "X-Robots-Tag"):
            assert len(answer.headers.get_list(each)) == 1, (url, each)
    moved = httpx.get(f"http://127.0.0.1:{site.front.plain}{name}", headers={"Host": NAME})
    assert moved.status_code == 301
    assert moved.headers["Referrer-Policy"] == "no-referrer"
    assert "Strict-Transport-Security" not in moved.headers


def test_ranges_and_conditions_hold(site: Site, name: str) -> None:
    first = site.client.get(name)
    etag, changed = first.headers["ETag"], first.headers["Last-Modified"]
    some = {"Range": "bytes=10-19"}
    for headers, status in (
        (some, 206),
        ({**some, "If-Range": etag}, 206),
        ({**some, "If-Range": changed}, None),  # a date is a weak validator: either is right
        ({**some, "If-Range": '"other"'}, 200),
        ({"Range": f"bytes={len(BYTES)}-"}, 416),
        ({"If-None-Match": etag}, 304),
        ({"If-None-Match": '"other"', "If-Modified-Since": changed}, 200),
        ({"If-Modified-Since": changed}, 304),
        ({"If-Match": etag}, 200),
        ({"If-Match": '"other"'}, 412),
        ({"If-Unmodified-Since": changed}, 200),
        ({"If-Unmodified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"}, 412),
    ):
        answer = site.client.get(name, headers=headers)
        assert status in (None, answer.status_code), headers
        if answer.status_code == 206:
            assert answer.content == BYTES[10:20]
            assert answer.headers["Content-Range"] == f"bytes 10-19/{len(BYTES)}"
        elif answer.status_code == 200:
            assert answer.content == BYTES
    several = site.client.get(name, headers={"Range": "bytes=0-9,100-109,-10"})
    assert several.status_code == 206
    assert all(part in several.content for part in (BYTES[:10], BYTES[100:110], BYTES[-10:]))


@pytest.mark.parametrize("last", ["ü ñ %41 #?&.txt", "a%2Fb", "+ ;=,'()", "x" * 200])
def test_any_name_goes_through(site: Site, last: str) -> None:
    url = f"{site.path}{site.front.kind}/n/{quote(last, safe='')}"
    stored = site.client.put(url, content=b"named")
    assert stored.json()["name"] == last
    assert site.client.get(url).content == b"named"


def test_an_upload_is_passed_on_as_it_comes(site: Site) -> None:
    """It is with mserve, whole so far, while the client still sends; and not with the front."""
    size, half = 8 << 20, 4 << 20
    target = f"{site.path}{site.front.kind}/large"
    with site.begin("PUT", target, f"Content-Length: {size}", "Connection: close") as upload:
        upload.sendall(bytes(half))
        wait_for(lambda: largest_written(site.web.process.pid) >= half - (1 << 20), 10)
        assert held(site.front) < 1 << 20
        upload.sendall(bytes(half))
        assert status(upload) == 201
    assert site.client.head(target).headers["Content-Length"] == str(size)


def test_a_short_body_stores_nothing(site: Site) -> None:
    before = site.stack.spools()
    for number, part in enumerate((0, 1, 50_000, 99_999)):
        name = f"{site.front.kind}/short-{number}"
        with site.begin("PUT", f"{site.path}{name}", "Content-Length: 100000") as upload:
            upload.sendall(bytes(part))
            time.sleep(0.1)
            if number % 2:
                upload.shutdown(socket.SHUT_RDWR)
        time.sleep(0.2)
        assert site.absent(name)
    wait_for(lambda: not site.stack.spools() - before, 10)


def test_a_body_is_asked_for_by_100_continue(site: Site) -> None:
    target = f"{site.path}{site.front.kind}/expected"
    with site.begin("PUT", target, "Content-Length: 5", "Expect: 100-continue") as upload:
        assert status(upload) == 100
        upload.sendall(b"hello")
        assert status(upload) == 201


def test_a_body_of_unknown_length_is_taken(site: Site) -> None:
    blocks = (BYTES[start : start + 100_000] for start in range(0, len(BYTES), 100_000))
    stored = site.client.put(f"{site.path}{site.front.kind}/chunked", content=blocks)
    assert stored.status_code == 201
    assert stored.json()["sha256"] == sha256(BYTES).hexdigest()


def test_http_2_both_ways(site: Site) -> None:
    body = site.front.folder / "body"
    body.write_bytes(BYTES)
    told = ["-o", "/dev/null", "-w", "%{http_version} %{http_code} %{size_download}", "--http2"]
    url = site.url(f"{site.front.kind}/by-2")
    assert site.curl(*told, "-T", str(body), url).startswith("2 201 ")
    assert site.curl(*told, url) == f"2 200 {len(BYTES)}"


def test_access_speed_is_kept(site: Site, slow: str) -> None:
    key = {"Authorization": f"Bearer {site.stack.admin}"}
    began = time.monotonic()
    answer = site.client.get(slow, headers=key)
    took = time.monotonic() - began
    assert answer.content == BYTES[: 2 * SPEED]
    assert 1.2 < took < 6


@pytest.fixture(scope="module")
def slow(running: Production) -> str:
    """The path of two seconds' bytes in a service that has a speed."""
    with running.client(running.admin) as admin:
        made = {"name": "slow", "properties": {"accessspeed": SPEED}}
        admin.post("/demo/", json=made)  # by the first front's test; it is there for the others
        assert admin.put("/demo/slow/file", content=BYTES[: 2 * SPEED]).status_code in (200, 201)
    return "/demo/slow/file"


def test_no_key_is_in_any_log(site: Site, name: str) -> None:
    """Whatever the spelling, the outcome, and the level of the log; last, as it ends the web."""
    key = site.path.split("/")[2]
    mounts = ("/k/", "/dav/k/", "/%6b/", "/%2e/k/", "/K/", "//k//", "/k%2f", "/a/k/", "/?key=")
    ends = ("", "/", "/x%2Fy", "/%zz", "/\x01", "%", "\\")
    spelt = [f"{mount}{key}{end}" for mount in mounts for end in ends]
    paths = [name, f"{name}-missing", *spelt, f"/k/{key[:20]}%{key[20:]}/"]

    def ask() -> None:
        for path in paths:
            with site.begin("GET", path, f"Referer: {site.url()}", "Connection: close") as asking:
                read_all(asking)
        with site.begin("PUT", f"{name}-cut", "Content-Length: 9", f"Referer: {site.url()}") as cut:
            cut.sendall(b"1")
        httpx.get(f"http://127.0.0.1:{site.front.plain}{name}", headers={"Host": NAME})

    ask()
    site.web.process.kill()
    site.web.process.wait()
    assert site.client.get(name).status_code == AWAY[site.front.kind]
    ask()
    wait_for(lambda: "/bytes" in site.front.logs(), 5)
    logs = site.front.logs() + (site.stack.data / "logs" / f"{site.front.kind}.log").read_text()
    assert site.front.logs().count("<redacted>") > len(paths)
    assert not [line for line in logs.splitlines() for secret in site.secrets if secret in line]
    assert key[:20] not in logs


def status(connection: ssl.SSLSocket) -> int:
    """Of the next answer; its head is read, of a 100 all."""
    head = b""
    while b"\r\n\r\n" not in head:
        more = connection.recv(1)
        assert more, head
        head += more
    return int(head.split()[1])


def read_all(connection: ssl.SSLSocket) -> bytes:
    data = b""
    try:
        while more := connection.recv(1 << 16):
            data += more
    except OSError:
        pass
    return data


def held(front: Front) -> int:
    """The size of the largest file that a process of the front writes, with a name or without."""
    assert front.process
    leader = psutil.Process(front.process.pid)
    return max(largest_written(each.pid) for each in (leader, *leader.children(recursive=True)))
