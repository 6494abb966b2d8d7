"""Access speed, the lowest of key, chain and service; and what a body holds while it leaves."""

import gc
import os
from pathlib import Path
from typing import Any

import pytest

from mserve.resources.caveats import Caveats, Facts
from mserve.resources.key import Key
from mserve.security import Grant
from mserve.server.sending import FileBody
from mserve.views.content import throttle
from mserve.views.content.ranges import Span
from mserve.views.content.window import Window
from tests.unit.descriptors import held_open
from tests.unit.support import Interrupted, bearer, call, lent

FILE = "/demo/files/a.bin"
FORM = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nabc\r\n--b--\r\n'


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_lowest_speed_of_the_chain_applies() -> None:
    first = Key(None, "mfileowner")
    second = Key(None, "mfileowner", first)
    third = Key(None, "mfileowner", second)

    def speeds() -> list[int | None]:
        return [Grant(key, Facts(1)).speed() for key in (first, second, third)]

    assert speeds() == [None, None, None]
    first.caveats, third.caveats = Caveats(accessspeed=1000), Caveats(accessspeed=5000)
    assert speeds() == [1000, 1000, 1000]


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


def test_a_server_that_paces_is_told_the_pace(customer: Any) -> None:
    """mserve's own: it needs no seat and no thread (tests/unit/server/test_answers.py)."""
    customer("PUT", FILE, body=b"abc")
    made = customer.json("POST", "/demo/files/-/keys", {"role": "mfilereadonly",
                                                        "accessspeed": 1000}).json  # fmt: skip
    for headers, rate in (({"Authorization": f"Bearer {made['key']}"}, 1000), ({}, None)):
        request = customer.app.RequestClass.blank(FILE, headers={**customer.headers, **headers})
        request.environ["wsgi.file_wrapper"] = FileBody
        body = customer.app.app(request.environ, lambda status, headers: None)
        assert isinstance(body, FileBody)
        assert getattr(body.file.pace, "rate", None) == rate
        assert [body.file.size, *body] == [3, b"abc"]
        body.close()


def test_under_another_server_slow_readers_have_so_many_seats(customer: Any, settings: Any) -> None:
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

    def begun() -> Any:
        request = customer.app.RequestClass.blank(path, headers=customer.headers)
        return customer.app.app(request.environ, lambda status, headers: None)

    bodies = [begun()]
    kept = lent(db)  # for the next request, perhaps
    bodies.append(begun())
    assert lent(db) == kept
    for body in bodies:
        assert len(b"".join(body)) >= 3
        body.close()


def test_a_body_that_comes_in_holds_no_connection_of_the_tree(
    app: Any, customer: Any, db: Any
) -> None:
    customer("PUT", FILE, body=b"abc")
    kept, seen = lent(db), []
    for way in ({"method": "PUT", "url": FILE}, {"method": "POST", "url": "/demo/files/"}):
        body = Interrupted(FORM, lambda: seen.append(lent(db)))
        sent = {"CONTENT_LENGTH": str(len(FORM)), "CONTENT_TYPE": "multipart/form-data; boundary=b"}
        answer = call(app, **way, body=body, **sent, **bearer(customer.key))
        assert answer.status_int in (200, 201)
    assert seen == [kept, kept]


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
def test_no_answer_leaves_a_file_open(
    customer: Any, settings: Any, method: str, headers: dict[str, str]
) -> None:
    customer("PUT", FILE, body=b"abc")
    for _ in range(5):
        customer(method, FILE, headers=headers)
    assert held_open(settings.data / "blobs") == []
