"""Each request is counted once, with what answered it, its bytes and its time."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mserve.answered import ANSWERED, AT_HAND, COUNT, FIRST, RECEIVED, SECONDS, SENT, WIDTH
from mserve.counts import Counts
from mserve.server import server
from mserve.server.meter import Meter
from mserve.views.content.window import Window
from tests.unit.server.running import Running, serving

BODY = b"x" * 10_000


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counts:
    made = Counts()
    monkeypatch.setattr(server, "Meter", lambda: Meter(made))
    return made


def application(environ: dict[str, Any], start: Any) -> Any:
    environ[ANSWERED]("api.test", "express")
    environ["wsgi.input"].read()
    path = environ["PATH_INFO"]
    if path == "/fault":
        raise RuntimeError("a fault of the application")
    if path == "/slow":
        time.sleep(0.03)
    start("404 Not Found" if path == "/nothing" else "200 OK", [])
    return [BODY]


@pytest.fixture
def running(counts: Counts) -> Iterator[Running]:
    yield from serving(app=application)


def of(counts: Counts, name: str) -> list[float]:
    """The record, once all requests are over."""
    give_up = time.monotonic() + 5
    while counts.values()[AT_HAND] != [0.0] and time.monotonic() < give_up:
        time.sleep(0.005)
    return counts.values()[f"requests|{name}"]


def ask(running: Running, *requests: tuple[str, str, bytes | None]) -> None:
    connection = running.connect()
    for method, path, body in requests:
        connection.request(method, path, body)
        connection.getresponse().read()
    connection.close()


def test_what_was_asked_is_counted(running: Running, counts: Counts) -> None:
    ask(running, ("GET", "/", None), ("GET", "/slow", None), ("PUT", "/nothing", BODY),
        ("ODD", "/", None))  # fmt: skip
    found = of(counts, "api.test|GET|2|express")
    assert len(found) == WIDTH
    assert found[COUNT] == sum(found[FIRST:]) == 2
    assert 0.03 <= found[SECONDS] < 2
    assert 2 * len(BODY) < found[SENT] < 2 * len(BODY) + 1000
    assert 0 < found[RECEIVED] < 1000
    stored = of(counts, "api.test|PUT|4|express")
    assert stored[COUNT] == 1
    assert len(BODY) < stored[RECEIVED] < len(BODY) + 1000


def test_a_fault_is_the_views(running: Running, counts: Counts) -> None:
    ask(running, ("GET", "/fault", None))
    assert of(counts, "api.test|GET|5|express")[COUNT] == 1


def test_what_is_no_request_is_counted_too(running: Running, counts: Counts) -> None:
    running.say(b"nonsense\r\n\r\n")
    assert of(counts, "none|other|4|server")[COUNT] == 1


def test_a_client_that_goes_away_is_counted(running: Running, counts: Counts) -> None:
    with running.open() as connected:
        connected.sendall(b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx")
    give_up = time.monotonic() + 5
    while len(counts.values()) < 2 and time.monotonic() < give_up:
        time.sleep(0.005)
    counts_of = [n[COUNT] for name, n in counts.values().items() if "|PUT|" in name]
    assert counts_of == [1] and counts.values()[AT_HAND] == [0]


def test_a_file_is_counted_as_it_leaves(counts: Counts, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(BODY)

    def give(environ: dict[str, Any], start: Any) -> Any:
        start("200 OK", [("Content-Length", str(len(BODY)))])
        return environ["wsgi.file_wrapper"](Window(str(path), [slice(0, len(BODY))]))

    for running in serving(app=give):
        ask(running, ("GET", "/", None))
        found = of(counts, "none|GET|2|server")
        assert len(BODY) < found[SENT] < len(BODY) + 1000


def test_methods_that_clients_make_up_have_one_name(counts: Counts) -> None:
    meter = Meter(counts)
    assert {meter.begin(f"M{number}").method for number in range(3)} == {"other"}


def test_what_the_application_measures_may_fail(
    counts: Counts, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing:
        def gauge(self) -> None:
            raise OSError("no such number")

        def __call__(self, environ: dict[str, Any], start: Any) -> Any:
            return application(environ, start)

    for running in serving(app=Failing()):
        give_up = time.monotonic() + 5
        while "no such number" not in caplog.text and time.monotonic() < give_up:
            time.sleep(0.01)
        ask(running, ("GET", "/", None))
    assert "no such number" in caplog.text
    assert of(counts, "api.test|GET|2|express")[COUNT] == 1
