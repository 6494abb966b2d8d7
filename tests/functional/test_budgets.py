"""Budgets over real processes: eight clients on a budget of one file get one file."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit

import pytest
from redis import Redis

from tests.functional.stack import Stack, wait_for

SIZE, CLIENTS, EACH = 100_000, 8, 6
FILE = "/demo/files/a.bin"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    stack = Stack(web_processes="2", sweep_interval="1", workers="normal=1")
    try:
        yield stack.start()
    finally:
        stack.end()


@pytest.fixture(scope="module")
def file(stack: Stack) -> str:
    with stack.client(stack.admin) as admin:
        admin.put(FILE, content=bytes(SIZE)).raise_for_status()
    return FILE


def made(stack: Stack, role: str, **caveats: int) -> dict[str, Any]:
    with stack.client(stack.admin) as admin:
        answer = admin.post("/demo/files/-/keys", json={"role": role, **caveats})
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def crowd(stack: Stack, key: str, method: str, path: str) -> Counter[int]:
    """Statuses of what eight clients ask at once, each on connections of its own."""
    start = Barrier(CLIENTS)

    def ask(who: int) -> list[int]:
        start.wait()
        found = []
        for number in range(EACH):
            with stack.client(key) as client:
                body = bytes(SIZE) if method == "PUT" else None
                answer = client.request(method, path.format(who, number), content=body)
                whole = method == "PUT" or len(answer.content) == SIZE
                assert answer.status_code != 200 or whole
                found.append(answer.status_code)
        return found

    with ThreadPoolExecutor(CLIENTS) as pool:
        return Counter(status for each in pool.map(ask, range(CLIENTS)) for status in each)


@pytest.mark.parametrize("budget", [{"uses": 1}, {"bytes_out": SIZE}, {"bytes_out": 2 * SIZE - 1}])
def test_eight_clients_get_one_file(stack: Stack, file: str, budget: dict[str, int]) -> None:
    key = made(stack, "mfilereadonly", **budget)["key"]
    assert crowd(stack, key, "GET", file) == {200: 1, 403: CLIENTS * EACH - 1}


def test_eight_clients_store_one_file(stack: Stack) -> None:
    key = made(stack, "mfilereadwrite", bytes_in=SIZE)["key"]
    statuses = crowd(stack, key, "PUT", "/demo/files/in/{}-{}")
    assert statuses == {201: 1, 403: CLIENTS * EACH - 1}


def test_who_breaks_off_pays_what_was_sent(stack: Stack) -> None:
    large = 50 << 20
    with stack.client(stack.admin) as admin:
        admin.put("/demo/files/large.bin", content=bytes(large)).raise_for_status()
    made_ = made(stack, "mfilereadonly", bytes_out=large)
    address = urlsplit(stack.url)
    connected = HTTPConnection(str(address.hostname), address.port, timeout=30)
    connected.request("GET", f"/k/{made_['key']}/large.bin")
    assert len(connected.getresponse().read(1000)) == 1000
    connected.close()

    def settled() -> int:
        with stack.client(stack.admin) as admin:
            spent = admin.get(f"/demo/files/-/keys/{made_['id']}").json()["spent"]
        return int(spent.get("bytes_out", 0))

    wait_for(lambda: 1000 <= settled() < large, 20)


def test_what_redis_loses_the_tree_knows(stack: Stack, file: str) -> None:
    made_ = made(stack, "mfilereadonly", uses=3)
    with stack.client(made_["key"]) as reader, stack.client(stack.admin) as admin:
        assert [reader.get(file).status_code for _ in range(2)] == [200, 200]
        where = f"/demo/files/-/keys/{made_['id']}"
        wait_for(lambda: admin.get(where).json()["spent"] == {"uses": 2}, 20)
        with Redis(unix_socket_path=str(stack.data / "redis.sock")) as client:
            client.flushall()
        assert [reader.get(file).status_code for _ in range(2)] == [200, 403]
