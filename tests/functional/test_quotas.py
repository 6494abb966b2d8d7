"""Eight clients upload against hard quotas at once, over real web processes: exactly as many
files are stored as there is room for, who is refused is told why, and who removes is not."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from tests.functional.stack import Stack

CLIENTS, EACH = 8, 5
SIZE, MOST = 1000, 25
SERVICE = "/demo/files"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    stack = Stack(web_processes="2", workers="normal=1")
    try:
        yield stack.start()
    finally:
        stack.end()


def limit(stack: Stack, place: str, **limits: Any) -> None:
    with stack.client(stack.admin) as admin:
        admin.patch(f"{place}/-/quotas", json={"quotas": limits}).raise_for_status()


def used(stack: Stack, place: str, metric: str) -> float:
    with stack.client(stack.admin) as admin:
        answer = admin.get(f"{place}/-/quotas").raise_for_status()
    return float(answer.json()["quotas"][metric]["used"])


def upload(stack: Stack, number: int, folder: str) -> list[tuple[int, Any]]:
    """Statuses and quotas of one client's uploads, by REST or WebDAV, into folders of its own."""
    door = ("", "/dav")[number % 2]
    told = []
    with stack.client(stack.admin) as client:
        client.put(f"{SERVICE}/{folder}{number}/empty", content=b"")
        for index in range(EACH):
            path = f"{door}{SERVICE}/{folder}{number}/{index}"
            answer = client.put(path, content=bytes([number]) * SIZE)
            problem = answer.headers["Content-Type"].startswith("application/problem+json")
            told.append((answer.status_code, answer.json()["quota"] if problem else answer.text))
    return told


def watch(stack: Stack, metric: str, most: float, done: Event) -> int:
    """How often it was looked whether there was more than may be."""
    looked = 0
    while not done.is_set():
        assert used(stack, SERVICE, metric) <= most
        looked += 1
    return looked


def at_once(stack: Stack, folder: str, metric: str, most: float) -> list[tuple[int, Any]]:
    done = Event()
    with ThreadPoolExecutor(CLIENTS + 1) as pool:
        watching = pool.submit(watch, stack, metric, most, done)
        found = pool.map(lambda number: upload(stack, number, folder), range(CLIENTS))
        told = [each for some in found for each in some]
        done.set()
        assert watching.result(60) > 0
    return told


@pytest.mark.parametrize("place", [SERVICE, "/demo"])
def test_no_more_is_kept_than_may_be(stack: Stack, place: str) -> None:
    before = used(stack, place, "disc_space")
    most = before + MOST * SIZE + SIZE // 2
    limit(stack, place, disc_space={"hard": int(most)})
    told = at_once(stack, f"kept{len(place)}-", "disc_space", most)
    statuses = Counter(status for status, _ in told)
    assert statuses == {201: MOST, 507: CLIENTS * EACH - MOST}
    assert used(stack, place, "disc_space") == before + MOST * SIZE
    for quota in (each for status, each in told if status == 507):
        if isinstance(quota, str):
            assert "quota-not-exceeded" in quota
        else:
            assert (quota["metric"], quota["most"], quota["asked"]) == ("disc_space", most, SIZE)
            assert quota["used"] + SIZE > most
    stored = next(at // EACH for at, (status, _) in enumerate(told) if status == 201)
    with stack.client(stack.admin) as admin:
        assert admin.delete(f"{SERVICE}/kept{len(place)}-{stored}").status_code == 204
        [trashed, *_] = admin.get(f"{SERVICE}/-/trash").json()["items"]
        assert admin.delete(trashed["url"]).status_code == 204
        assert used(stack, place, "disc_space") < most - SIZE
        assert admin.put(f"{SERVICE}/again", content=b"x" * SIZE).status_code in (200, 201)
    limit(stack, place, disc_space=None)


def test_no_more_comes_in_a_month_than_may(stack: Stack) -> None:
    before = used(stack, SERVICE, "ingest")
    most = before + MOST * SIZE + SIZE // 2
    limit(stack, SERVICE, ingest={"hard": int(most), "soft": int(most) - 10 * SIZE})
    told = at_once(stack, "month-", "ingest", most)
    assert Counter(status for status, _ in told) == {201: MOST, 403: CLIENTS * EACH - MOST}
    assert used(stack, SERVICE, "ingest") == before + MOST * SIZE
    with stack.client(stack.admin) as admin:
        events = admin.get(f"{SERVICE}/-/audit", params={"action": "quota-warn"}).json()["items"]
    assert len(events) == 1, "whoever has crossed the soft limit, and none beside"
    for _, quota in (each for each in told if each[0] == 403):
        assert (quota["metric"], quota["opens"] is None) == ("ingest", False)
