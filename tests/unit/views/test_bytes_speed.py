"""Access speed, the lowest of key, chain and service; and what a body holds while it leaves."""

import gc
import os
from pathlib import Path
from typing import Any

import pytest
from waitress.channel import HTTPChannel

from mserve.resources.key import Key
from mserve.views.content import throttle
from mserve.views.content.ranges import Span
from mserve.views.content.window import Window

FILE = "/demo/files/a.bin"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_the_lowest_speed_of_the_chain_applies() -> None:
    first = Key(None, "mfileowner")
    second = Key(None, "mfileowner", first)
    third = Key(None, "mfileowner", second)
    assert third.speed() is None
    first.accessspeed, third.accessspeed = 1000, 5000
    assert (first.speed(), second.speed(), third.speed()) == (1000, 1000, 1000)


def test_a_key_shows_its_own_speed(customer: Any) -> None:
    url = "/demo/files/-/keys"
    made = customer.json("POST", url, {"role": "mfilereadonly", "accessspeed": 5000}).json
    assert made["caveats"] == {"accessspeed": 5000}
    for bad in (0, -1, "fast", 1.5, True):
        assert customer.json("POST", url, {"role": "mfilereadonly", "accessspeed": bad}).json[
            "faults"
        ]


def test_a_pace_lets_go_what_is_due_and_not_more_than_two_seconds_at_once() -> None:
    clock = Clock()
    pace = throttle.Pace(1000, clock)
    assert pace.due(0) == 250
    assert pace.due(250) == 0
    clock.now += 1
    assert pace.due(250) == 1000
    clock.now += 3600
    assert pace.due(250) == 2000
    assert pace.due(2250) == 0
    clock.now += 0.5
    assert pace.due(2250) == 500


def test_the_slowest_pace_is_a_byte_a_second() -> None:
    clock = Clock()
    pace = throttle.Pace(1, clock)
    assert pace.due(0) == 1
    assert pace.due(1) == 0
    clock.now += 1
    assert pace.due(1) == 1


def test_a_window_gives_its_pieces_and_can_be_read_again(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"0123456789")
    with Window(str(file), [b"<", Span(2, 4), b"|", Span(8, 10), b">"]) as window:
        assert window.size == 7
        assert b"".join(iter(lambda: window.read(3), b"")) == b"<23|89>"
        assert [window.seek(2), window.read(9), window.tell()] == [2, b"3", 3]
        assert [window.seek(-2, os.SEEK_END), window.read(), window.read()] == [5, b"9", b">"]


def test_a_file_that_lost_bytes_is_a_fault_not_a_short_body(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"0123")
    with Window(str(file), [Span(0, 9)]) as window:
        assert window.read(9) == b"0123"
        with pytest.raises(OSError, match="shorter"):
            window.read(9)


def test_a_paced_connection_wants_to_write_when_bytes_are_due(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(bytes(3000))
    channel = HTTPChannel.__new__(HTTPChannel)
    channel.__dict__.update(total_outbufs_len=3000, will_close=False, close_when_flushed=False)
    clock = Clock()
    window = throttle.PacedWindow(str(file), [Span(0, 3000)], throttle.Pace(1000, clock), channel)
    assert (channel.writable(), len(window.read(9999)), channel.writable()) == (True, 250, False)
    assert window.read(9999) == b""
    clock.now += 0.04
    assert not channel.writable()  # 40 bytes are not worth a turn
    clock.now += 0.01
    assert (channel.writable(), len(window.read(9999))) == (True, 50)
    channel.will_close = True
    assert channel.writable()
    channel.will_close = False
    window.close()
    assert "writable" not in vars(channel)


def test_without_waitress_slow_readers_have_so_many_seats(customer: Any, settings: Any) -> None:
    customer("PUT", FILE, body=b"abc")
    made = customer.json("POST", "/demo/files/-/keys", {"role": "mfilereadonly",
                                                        "accessspeed": 1000}).json  # fmt: skip
    slow = {"Authorization": f"Bearer {made['key']}"}
    registry = customer.app.app.registry
    assert customer("GET", FILE, headers=slow).body == b"abc"
    held = [throttle.seat(registry, settings.streams) for _ in range(settings.streams)]
    answer = customer("GET", FILE, headers=slow)
    assert (answer.status_int, answer.headers["Retry-After"]) == (503, "2")
    assert customer("GET", FILE).body == b"abc"  # needs none
    del held
    gc.collect()  # a body that nobody ever read gives its seat back, too
    assert customer("GET", FILE, headers=slow).body == b"abc"


@pytest.mark.parametrize("path", [FILE, "/demo/files/?format=zip"])
def test_a_body_holds_no_connection_of_the_tree(customer: Any, db: Any, path: str) -> None:
    customer("PUT", FILE, body=b"abc")
    request = customer.app.RequestClass.blank(path, headers=customer.headers)
    body = customer.app.app(request.environ, lambda status, headers: None)
    assert not [each for each in db.connectionDebugInfo() if each["opened"]]
    assert len(b"".join(body)) >= 3
    body.close()


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {}),
        ("HEAD", {}),
        ("GET", {"If-None-Match": "*"}),
        ("GET", {"If-Match": '"x"'}),
        ("GET", {"Range": "bytes=0-0"}),
        ("GET", {"Range": "bytes=0-0,2-2"}),
        ("GET", {"Range": "bytes=9-"}),
    ],
)
def test_no_answer_leaves_a_file_open(customer: Any, method: str, headers: dict[str, str]) -> None:
    customer("PUT", FILE, body=b"abc")
    customer(method, FILE, headers=headers)
    before = open_files()
    for _ in range(5):
        customer(method, FILE, headers=headers)
    assert open_files() == before
