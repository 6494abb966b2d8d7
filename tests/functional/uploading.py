"""Many uploads at the same time, by every way in, and what must be so whatever was killed."""

import os
import random
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import count

import httpx

from tests.functional.stack import Stack

SIZES = (0, 4_000, 70_000, 1_000_000)  # bytes
BLOCK, PAUSE = 50_000, 0.05  # bytes that are sent at a time, and seconds between
TUS = {"Tus-Resumable": "1.0.0"}


def body_of(name: str) -> bytes:
    """The bytes that belong to a name, and to no other."""
    source = random.Random(name)
    return source.randbytes(source.choice(SIZES))


def slowly(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), BLOCK):
        yield body[start : start + BLOCK]
        time.sleep(PAUSE)


def put(client: httpx.Client, name: str, body: bytes) -> httpx.Response:
    head = {"Content-Length": str(len(body))}
    return client.put(name, content=slowly(body), headers=head)


def form(client: httpx.Client, name: str, body: bytes) -> httpx.Response:
    whole = client.build_request("POST", "", files={"file": (name, body)})
    return client.post("", content=slowly(whole.read()), headers=whole.headers)


def tus(client: httpx.Client, name: str, body: bytes) -> httpx.Response:
    metadata = f"filename {b64encode(name.encode()).decode()}"
    head = {**TUS, "Upload-Length": str(len(body)), "Upload-Metadata": metadata}
    made = client.post("-/uploads", headers=head)
    if made.status_code != 201 or not body:
        return made
    piece = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    piece["Content-Length"] = str(len(body))
    return client.patch(made.headers["Location"], content=slowly(body), headers=piece)


WAYS: list[Callable[[httpx.Client, str, bytes], httpx.Response]] = [put, form, tus]


class Uploading:
    """Uploads into the folder `url` by `threads`, until `many` were acknowledged."""

    def __init__(self, url: str, many: int, threads: int = 16) -> None:
        self.url, self.many = url, many
        self.acknowledged: set[str] = set()
        self.unexpected: list[str] = []
        self._numbers = count()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(threads)]

    def __enter__(self) -> "Uploading":
        httpx.put(f"{self.url}first.bin", content=body_of("first.bin")).raise_for_status()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        for thread in self._threads:
            thread.join(120)

    @property
    def over(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self) -> None:
        while len(self.acknowledged) < self.many:
            number = next(self._numbers)
            self._upload(f"{number:03}.bin", WAYS[number % len(WAYS)])

    def _upload(self, name: str, way: Callable[..., httpx.Response]) -> None:
        """Once; what was cut off may have been stored or not, but only whole."""
        try:
            with httpx.Client(base_url=self.url, timeout=60) as client:
                answer = way(client, name, body_of(name))
        except httpx.HTTPError:
            return
        if answer.is_success:
            self.acknowledged.add(name)
        elif answer.status_code != 503:
            self.unexpected.append(f"{name}: {answer.status_code} {answer.text}")


def visible(url: str) -> set[str]:
    """The names in the folder, each of which has all of its bytes."""
    with httpx.Client(base_url=url, timeout=60) as client:
        listing = client.get("?limit=1000").raise_for_status()
        names = {each["name"] for each in listing.json()["items"]}
        for name in names:
            found = client.get(name).raise_for_status().content
            assert sha256(found).digest() == sha256(body_of(name)).digest(), name
    return names


def check(stack: Stack, *options: str) -> subprocess.CompletedProcess[str]:
    """`mserve check` on a stack that runs; files are orphans at once."""
    command = [sys.executable, "-m", "mserve.cli", "check", str(stack.ini), "--age", "0", *options]
    environment = {**os.environ, **stack.environment, "MSERVE_DATA": str(stack.data)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


def check_whole(stack: Stack) -> None:
    """What was left behind is removed by a repair, after which nothing is amiss, to the byte."""
    check(stack, "--repair")
    after = check(stack, "--digests")
    assert after.returncode == 0, after.stdout + after.stderr
    assert after.stdout == "all is well\n"
    assert not [*(stack.data / "blobs" / "tmp").glob("spool-*")]
    assert not [*(stack.data / "blobs").rglob("*.tmp")]
