"""Large files in chunks: by rclone as for Nextcloud, and through kills of client and server."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree

import httpx
import psutil
import pytest

from tests.dav.clients import Drive, run
from tests.functional.stack import Stack, wait_for

RCLONE = str(Path(sys.executable).with_name("rclone"))  # Debian's may be older than the chunks
MIB = 1 << 20
SIZE, CHUNK = 25 * MIB, 5 * MIB
CHUNKED = ("--webdav-nextcloud-chunk-size", "5M", "--retries", "5", "--retries-sleep", "200ms")
WEBS = 2
SLOWLY = ("--bwlimit", "8M")


class Cloud(Drive):
    """A folder at the address of the kind that Nextcloud has."""

    def __init__(self, stack: Stack, name: str) -> None:
        super().__init__(stack, name)
        self.url = f"{stack.url}/-/dav/files/me/demo/files/{name}/"
        self.uploads = f"{stack.url}/-/dav/uploads/me"

    def client(self) -> httpx.Client:
        return httpx.Client(auth=("me", self.key), timeout=60)

    def under_way(self) -> list[Path]:
        """The chunks of all uploads."""
        return [*(self.stack.data / "blobs" / "tmp").glob("chunked-*/[0-9]*")]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """With two web processes, which are killed."""
    stack = Stack(web_processes=str(WEBS))
    try:
        yield stack.start()
    finally:
        stack.end()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "large.bin").write_bytes(os.urandom(SIZE))
    (folder / "small.txt").write_bytes(b"of people")
    os.utime(folder / "large.bin", (1_500_000_000, 1_500_000_000))
    return folder


def test_rclone_sends_chunks_and_compares_hashes(
    stack: Stack, source: Path, tmp_path: Path
) -> None:
    cloud = Cloud(stack, "rclone-chunks")
    known = cloud.rclone(tmp_path, "nextcloud")
    said = subprocess.run(
        [RCLONE, "copy", str(source), "drive:", "-vv", *CHUNKED],
        env=known, capture_output=True, text=True, timeout=60, check=True,
    ).stderr  # fmt: skip
    assert "chunked upload strategy" in said
    assert cloud.under_way() == []
    assert compared(source, known) == "2 matching files"
    assert "2017-07-14" in run(RCLONE, "lsl", "drive:large.bin", **known)
    (source / "large.bin").write_bytes(os.urandom(SIZE))
    assert compared(source, known) == "1 differences found"
    run(RCLONE, "copy", str(source), "drive:", *CHUNKED, **known)
    run(RCLONE, "moveto", "drive:large.bin", "drive:moved.bin", **known)
    (source / "large.bin").rename(source / "moved.bin")
    assert compared(source, known) == "2 matching files"


def compared(source: Path, known: dict[str, str]) -> str:
    """What rclone finds by hashes, which it must have of all files."""
    done = subprocess.run(
        [RCLONE, "check", str(source), "drive:"],
        env=known, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "could not be checked" not in done.stderr, done.stderr
    for told in ("2 matching files", "1 differences found"):
        if told in done.stderr and (done.returncode == 0) == ("matching" in told):
            return told
    return done.stderr


def copying(cloud: Cloud, source: Path, known: dict[str, str]) -> subprocess.Popen[bytes]:
    """rclone at it, with a chunk or more that have come."""
    command = [RCLONE, "copy", str(source), "drive:", *CHUNKED, *SLOWLY]
    process = subprocess.Popen(command, env=known, stderr=subprocess.DEVNULL)
    wait_for(lambda: len(cloud.under_way()) > 1)
    return process


def test_rclone_is_killed_and_does_it_again(stack: Stack, source: Path, tmp_path: Path) -> None:
    cloud = Cloud(stack, "rclone-killed")
    known = cloud.rclone(tmp_path, "nextcloud")
    process = copying(cloud, source, known)
    process.kill()
    process.wait()
    assert "large.bin" not in run(RCLONE, "lsf", "drive:", **known)
    run(RCLONE, "copy", str(source), "drive:", *CHUNKED, **known)
    assert compared(source, known) == "2 matching files"
    assert cloud.under_way() == []


def test_the_web_is_killed_while_rclone_sends(stack: Stack, source: Path, tmp_path: Path) -> None:
    cloud = Cloud(stack, "web-killed")
    known = cloud.rclone(tmp_path, "nextcloud")
    process = copying(cloud, source, known)
    kill(stack, serving(stack, process.pid))
    assert process.wait(60) == 0
    assert compared(source, known) == "2 matching files"
    wait_for(lambda: len(webs(stack)) == WEBS)


def webs(stack: Stack) -> dict[str, int]:
    """The ids of the web processes that there are."""
    pids = {part: pid for part, pid in stack.pids().items() if part.startswith("web")}
    return {part: pid for part, pid in pids.items() if psutil.pid_exists(pid)}


def kill(stack: Stack, part: str) -> None:
    """kill -9 of a web process."""
    os.kill(webs(stack)[part], signal.SIGKILL)


def serving(stack: Stack, client: int) -> str:
    """The web process that the process `client` is connected with."""
    ports = {each.laddr.port for each in psutil.Process(client).net_connections()}
    return next(
        part
        for part, pid in webs(stack).items()
        for each in psutil.Process(pid).net_connections()
        if each.raddr and each.raddr.port in ports
    )


def test_a_web_process_is_killed_while_chunks_go_to_both(stack: Stack) -> None:
    """What was acknowledged is there."""
    cloud, body = Cloud(stack, "parallel"), os.urandom(SIZE)
    upload, target = f"{cloud.uploads}/parallel", {"Destination": f"{cloud.url}other.bin"}
    parts = {n + 1: body[n * CHUNK : (n + 1) * CHUNK] for n in range(SIZE // CHUNK)}

    def send(number: int) -> int | None:
        with cloud.client() as client:
            try:
                done = client.put(f"{upload}/{number:05}", content=parts[number], headers=target)
            except httpx.TransportError:
                return None
            return number if done.status_code in (201, 204) else None

    with cloud.client() as client, ThreadPoolExecutor(3) as pool:
        assert client.request("MKCOL", upload, headers=target).status_code == 201
        came = pool.map(send, parts)
        wait_for(cloud.under_way)
        kill(stack, next(iter(webs(stack))))
        acknowledged = {*came} - {None}
        assert wait_for(lambda: there(client, upload)) >= acknowledged
        for number in parts.keys() - acknowledged:
            assert wait_for(lambda number=number: send(number)) == number
        made = client.request("MOVE", f"{upload}/.file", headers=target)
        assert made.status_code == 201, made.text
        assert made.headers["ETag"] == f'"{sha256(body).hexdigest()}"'
        assert client.get(f"{cloud.url}other.bin").content == body


def there(client: httpx.Client, upload: str) -> set[int | None]:
    """The numbers of the chunks that are told of; none while no server answers."""
    try:
        told = client.request("PROPFIND", upload, headers={"Depth": "1"})
    except httpx.TransportError:
        return set()
    hrefs = ElementTree.fromstring(told.content).iter("{DAV:}href")
    return {int(name) for each in hrefs if (name := (each.text or "").rpartition("/")[2])}
