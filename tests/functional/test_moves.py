"""Folders change place, and are removed, while files come in below them: nobody is refused for it,
and what is counted is what there is, at each level."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import httpx
import pytest

from tests.functional.stack import Stack, wait_for
from tests.functional.uploading import check

UPLOADERS, MOVES = 6, 25
SERVICE = "/demo/files"
HOMES = ("north", "south")


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    stack = Stack(web_processes="2", workers="normal=1", sweep_interval="1")
    try:
        yield stack.start()
    finally:
        stack.end()


def upload(stack: Stack, number: int, done: Event) -> Counter[int]:
    """Statuses of one client's uploads: beside the folders that move, and into one of them, be it
    there or not."""
    statuses: Counter[int] = Counter()
    with stack.client(stack.admin) as client:
        while not done.is_set():
            name = f"{number}-{statuses.total()}"
            for path in (f"beside/{name}", f"{HOMES[number % 2]}/moved/in/{name}"):
                statuses[client.put(f"{SERVICE}/{path}", content=b"twelve bytes").status_code] += 1
    return statuses


@contextmanager
def uploads(stack: Stack) -> Iterator[list[Counter[int]]]:
    """Clients that upload meanwhile; gives what they were told, once they have ended."""
    done, told = Event(), list[Counter[int]]()
    with ThreadPoolExecutor(UPLOADERS) as pool:
        asked = [pool.submit(upload, stack, n, done) for n in range(UPLOADERS)]
        try:
            yield told
        finally:
            done.set()
        told += [each.result() for each in asked]


def ask(admin: httpx.Client, number: int) -> httpx.Response:
    """Moves the folder that files come into to the other home, where uploads have made another
    meanwhile: that one is removed first."""
    here, there = HOMES[number % 2], HOMES[1 - number % 2]
    admin.put(f"{SERVICE}/{here}/moved/in/first", content=b"1").raise_for_status()
    gone = admin.delete(f"{SERVICE}/{there}/moved/")
    assert gone.status_code in (204, 404), gone.text
    body = {"parent": f"{SERVICE[1:]}/{there}"}
    return admin.patch(f"{SERVICE}/{here}/moved/", json=body)


def sums(stack: Stack, place: str) -> dict[str, float]:
    with stack.client(stack.admin) as admin:
        items = admin.get(f"{place}/-/usage").raise_for_status().json()["items"]
    kept = ("file", "disc_space", "trash")
    found = {each["metric"].rpartition("/")[2]: each["total"] for each in items}
    return {name: found.get(name, 0) for name in kept}


def test_folders_move_below_uploads(stack: Stack) -> None:
    with stack.client(stack.admin) as admin:
        for home in (*HOMES, "beside"):
            admin.put(f"{SERVICE}/{home}/kept", content=b"1").raise_for_status()
        with uploads(stack) as told:
            moved = Counter(ask(admin, n).status_code for n in range(MOVES))
    assert {*moved} <= {200, 409}, moved  # 409: an upload was there first
    assert moved[200] > 0
    assert {*sum(told, Counter[int]())} == {201}, told
    wait_for(lambda: sums(stack, SERVICE) == sums(stack, "/demo"), 5)
    assert check(stack).stdout == "all is well\n"
