"""Content out of a real server, alone and behind real fronts: exact, paced, in little memory.

deploy/ has the configurations to use, and tests of its own; the fronts here are the barest ones.
"""

import http.client
import os
import socket
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from tests.functional.fronts import front
from tests.functional.stack import Stack, wait_for
from tests.unit.views.conformance import SIZE, Case, cases, check, filled

WHOLE = bytes(n % 251 for n in range(SIZE))
FRONTS = {"nginx": "nginx", "apache2": "apache", "lighttpd": "lighttpd"}
MB = 1_000_000
RATE = MB  # bytes per second
GROWTH = 20 * MB
OWN = {
    # of a whole answer that is streamed through it, each of these fronts cuts ranges itself
    "apache2": [{"Range": "many"}],
    # and lighttpd takes an empty field for none
    "lighttpd": [{"Range": "many"}, {"Range": "bytes="}, {"If-Match": ""}],
}


@contextmanager
def before(name: str, stack: Stack) -> Iterator[str]:
    """The URL of the demo service behind the front `name`; '' is none."""
    if not name:
        yield stack.demo_url
        return
    with front(name, stack) as url:
        yield f"{url}/{stack.demo_url.removeprefix(stack.url).lstrip('/')}"


@pytest.fixture(scope="module", params=["", *FRONTS])
def site(request: pytest.FixtureRequest) -> Iterator[tuple[str, Stack, str]]:
    """A stack alone and behind each front: the front's name, the stack, the service's URL."""
    stack = Stack(sendfile=FRONTS.get(request.param, "none"))
    try:
        stack.start()
        with before(request.param, stack) as url:
            put(stack, "whole.bin", WHOLE)
            put(stack, "empty.bin", b"")
            put(stack, "two.bin", os.urandom(2 * MB))
            time.sleep(1.1)  # a date is a strong validator once its second is over
            yield request.param, stack, url
    finally:
        stack.end()


def put(stack: Stack, name: str, body: bytes) -> None:
    httpx.put(f"{stack.demo_url}{name}", content=body, timeout=60).raise_for_status()


def ask(base: str, case: Case) -> tuple[str, int]:
    """What is wrong with the answer to the case, and its status."""
    url = urlsplit(base + ("whole.bin" if case.size else "empty.bin"))
    connection = http.client.HTTPConnection(url.hostname or "", url.port)
    connection.request("HEAD", url.path)
    head = connection.getresponse()
    head.read()
    modified = parsedate_to_datetime(head.headers["Last-Modified"]).timestamp()
    fields = filled(case.headers, head.headers["ETag"], modified)
    connection.request(case.method, url.path, headers=fields)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    told = {name.lower(): text for name, text in answer.headers.items()}
    return check(case, answer.status, told, body, WHOLE[: case.size]), answer.status


def own(name: str, case: Case) -> bool:
    headers = {field: "many" if len(text) > 300 else text for field, text in case.headers.items()}
    return headers in OWN.get(name, [])


def test_conformance(site: Any) -> None:
    name, _, url = site
    found = [(case, ask(url, case)[0]) for case in cases() if not own(name, case)]
    assert [(case.rfc, case.headers, fault) for case, fault in found if fault] == []


def test_where_nginx_differs_it_is_written_down(site: Any) -> None:
    """The same list, of nginx's own file of the same bytes."""
    name, stack, url = site
    if name != "nginx":
        pytest.skip("nginx alone")
    static = stack.folder / "nginx" / "static"
    (static / "whole.bin").write_bytes(WHOLE)
    (static / "empty.bin").write_bytes(b"")
    base = f"http://{urlsplit(url).netloc}/static/"
    time.sleep(1.1)
    for case in cases():
        fault, status = ask(base, case)
        assert status == (case.nginx or case.status), case
        assert bool(fault) == (case.nginx is not None) == bool(case.why), (case, fault)


def test_the_same_headers_by_head_and_get(site: Any) -> None:
    _, _, url = site
    answers = [
        httpx.request(method, f"{url}whole.bin", headers={"Want-Repr-Digest": "sha-256=1"})
        for method in ("GET", "HEAD")
    ]
    passing = {"date", "connection", "keep-alive", "x-accel-buffering"}
    get, head = ({n: t for n, t in a.headers.items() if n not in passing} for a in answers)
    assert get == head
    assert get["repr-digest"].startswith("sha-256=:")
    assert get["x-content-type-options"] == "nosniff"


def reader_key(stack: Stack, **terms: Any) -> str:
    with stack.client(stack.admin) as admin:
        path = urlsplit(stack.demo_url).path.split("/", 3)[3]  # behind /k/<key>/
        node = "/demo/files/" if not path else f"/demo/files/{path}"
        document = {"role": "mfilereadonly", **terms}
        made = admin.post(f"{node}-/keys", json=document).raise_for_status().json()
    return str(made["url"])


def through(stack: Stack, url: str, key_url: str) -> str:
    """`key_url` by the same front as `url`."""
    return f"http://{urlsplit(url).netloc}{urlsplit(key_url).path}"


def test_access_speed_is_kept_whole_and_in_ranges(site: Any) -> None:
    _, stack, url = site
    slow = through(stack, url, reader_key(stack, accessspeed=RATE))
    for headers, size in (({}, 2 * MB), ({"Range": "bytes=0-1499999"}, 1_500_000)):
        began = time.monotonic()
        body = httpx.get(f"{slow}two.bin", headers=headers, timeout=60).content
        took = time.monotonic() - began
        assert len(body) == size
        assert 0.6 * size / RATE < took < 2.5 * size / RATE + 1
    assert httpx.get(f"{url}two.bin").elapsed.total_seconds() < 1


def test_slow_readers_hold_no_thread(site: Any) -> None:
    """Three times as many as the server has threads; another is answered while they read."""
    _, stack, url = site
    slow = through(stack, url, reader_key(stack, accessspeed=RATE // 4))
    threads = [
        threading.Thread(target=lambda: httpx.get(f"{slow}two.bin", timeout=60)) for _ in range(24)
    ]
    for thread in threads:
        thread.start()
    time.sleep(1)
    assert httpx.get(f"{url}whole.bin").content == WHOLE
    assert all(thread.is_alive() for thread in threads)
    for thread in threads:
        thread.join()


def test_clients_that_go_away_leave_no_file_open(site: Any) -> None:
    _, stack, url = site
    slow = through(stack, url, reader_key(stack, accessspeed=RATE // 100))
    web = psutil.Process(stack.pids()["web"])
    parts = urlsplit(slow)
    for _ in range(20):
        with socket.create_connection((parts.hostname, parts.port)) as connection:
            head = f"GET {parts.path}two.bin HTTP/1.1\r\nHost: x\r\n\r\n"
            connection.sendall(head.encode())
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    wait_for(lambda: not [f for f in web.open_files() if f.path.endswith(".blob")], 30)


def test_a_folder_as_a_zip(site: Any, tmp_path: Path) -> None:
    _, stack, url = site
    for name in ("zip/a.txt", "zip/sub/b.jpg", "zip/sub/c"):
        put(stack, name, os.urandom(3 * MB))
    file = tmp_path / "a.zip"
    with httpx.stream("GET", f"{url}zip/?format=zip", timeout=60) as answer:
        assert answer.status_code == 200
        with file.open("wb") as out:
            for block in answer.iter_bytes():
                out.write(block)
    with zipfile.ZipFile(file) as found:
        assert found.testzip() is None
        assert found.namelist() == ["a.txt", "sub/", "sub/b.jpg", "sub/c"]


def test_big_content_needs_little_memory(make_stack: Callable[..., Stack], tmp_path: Path) -> None:
    """4 GiB, and the same in a zip, which has to be a zip64 by then."""
    stack = make_stack().start()
    file = tmp_path / "big.mp4"
    with file.open("wb") as big:
        big.write(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom")  # a film, which a zip stores as it is
        big.truncate(4 << 30)
    command = ["curl", "-sf", "-o", os.devnull]
    subprocess.run([*command, "-T", str(file), f"{stack.demo_url}big.mp4"], check=True)
    web = psutil.Process(stack.pids()["web"])
    subprocess.run([*command, "-r", "0-9999999", f"{stack.demo_url}big.mp4"], check=True)
    resident = web.memory_info().rss
    for path in ("big.mp4", "?format=zip"):
        size = subprocess.run(
            [*command, "-w", "%{size_download}", f"{stack.demo_url}{path}"],
            check=True,
            stdout=subprocess.PIPE,
        ).stdout
        assert int(size) >= 4 << 30
        assert web.memory_info().rss - resident < GROWTH
