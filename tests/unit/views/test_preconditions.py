"""Preconditions of writes: checked before the body is read, and again when it is stored."""

import threading
from hashlib import sha256
from typing import Any

import pytest

from tests.unit.support import Interrupted, bearer, call, form

PLACE = "/demo/files/a"
OLD = b"old"
TAG = f'"{sha256(OLD).hexdigest()}"'
OTHER = f'"{sha256(b"other").hexdigest()}"'
PAST, FUTURE = "Sat, 01 Jan 2000 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"


class Unread:
    """A body that must not be asked for."""

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("the body of a refused request was read")


HOLD = [
    {"If-Match": "*"},
    {"If-Match": TAG},
    {"If-Match": f'{OTHER}, {TAG}, "with,a,comma"'},
    {"If-None-Match": OTHER},
    {"If-None-Match": f'W/"x", {OTHER}'},
    {"If-Unmodified-Since": FUTURE},
    {"If-Unmodified-Since": "no date"},
    {"If-Match": TAG, "If-Unmodified-Since": PAST},
    {"If-Modified-Since": FUTURE},
]
FAIL = [
    {"If-Match": OTHER},
    {"If-Match": f"W/{TAG}"},
    {"If-None-Match": "*"},
    {"If-None-Match": TAG},
    {"If-None-Match": f"W/{TAG}"},
    {"If-Unmodified-Since": PAST},
    {"If-Match": TAG, "If-None-Match": "*"},
]
METHODS: list[tuple[str, bytes, str]] = [
    ("PUT", b"new", ""),
    ("PATCH", b'{"metadata": {"x": 1}}', "application/json"),
    ("DELETE", b"", ""),
]


@pytest.fixture
def there(customer: Any) -> Any:
    assert customer("PUT", PLACE, body=OLD).status_int == 201
    return customer


@pytest.mark.parametrize("method, body, kind", METHODS)
@pytest.mark.parametrize("headers", HOLD)
def test_what_holds_lets_through(
    there: Any, method: str, body: bytes, kind: str, headers: Any
) -> None:
    answer = there(method, PLACE, body=body, content_type=kind, headers=headers)
    assert answer.status_int in (200, 204), answer.body


@pytest.mark.parametrize("method, body, kind", METHODS)
@pytest.mark.parametrize("headers", FAIL)
def test_what_fails_changes_nothing(
    there: Any, stored: Any, method: str, body: bytes, kind: str, headers: Any
) -> None:
    before = stored()
    answer = there(method, PLACE, body=body, content_type=kind, headers=headers)
    assert answer.status_int == 412
    assert answer.json["type"] == "urn:mserve:problem:precondition-failed"
    assert stored() == before
    assert there("GET", PLACE).body == OLD


def test_the_content_of_a_file_has_its_conditions(there: Any) -> None:
    put = {"body": b"new", "headers": {"If-Match": OTHER}}
    assert there("PUT", f"{PLACE}/-/content", **put).status_int == 412
    put["headers"] = {"If-Match": TAG}
    assert there("PUT", f"{PLACE}/-/content", **put).status_int == 200


@pytest.mark.parametrize("headers", [{"If-Match": "*"}, {"If-Match": TAG}])
def test_what_is_not_there_matches_nothing(customer: Any, stored: Any, headers: Any) -> None:
    before = stored()
    assert customer("PUT", PLACE, body=b"x", headers=headers).status_int == 412
    assert stored() == before


def test_what_is_not_there_can_be_made_on_condition(customer: Any) -> None:
    headers = {"If-None-Match": "*", "If-Unmodified-Since": PAST}
    assert customer("PUT", PLACE, body=b"x", headers=headers).status_int == 201
    assert customer("PUT", PLACE, body=b"y", headers=headers).status_int == 412


def test_a_list_that_is_none_is_refused(there: Any) -> None:
    for name in ("If-Match", "If-None-Match"):
        for value in ("unquoted", '"a" "b"', "'a'", ","):
            answer = there("PUT", PLACE, body=b"x", headers={name: value})
            assert answer.status_int == 400, value
    assert there("GET", PLACE).body == OLD


def test_a_folder_is_there_and_has_no_tag(customer: Any) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=XX"}
    body = form(("a", b"x"))

    def post(headers: Any) -> Any:
        return customer("POST", "/demo/files/", body=body, headers={**kind, **headers})

    for headers in ({"If-None-Match": "*"}, {"If-Match": TAG}):
        assert post(headers).status_int == 412
    answer = post({"If-Match": "*"})
    assert answer.status_int == 201, answer.json


def test_a_refused_body_is_not_read(app: Any, there: Any) -> None:
    environ = {**bearer(there.key), "HTTP_IF_NONE_MATCH": "*", "CONTENT_LENGTH": "1000"}
    assert call(app, "PUT", PLACE, Unread(), **environ).status_int == 412


def test_conditions_are_checked_again_when_the_body_has_come(app: Any, customer: Any) -> None:
    for headers in ({"HTTP_IF_NONE_MATCH": "*"}, {"HTTP_IF_MATCH": TAG}):
        customer("DELETE", PLACE)
        if "HTTP_IF_MATCH" in headers:
            customer("PUT", PLACE, body=OLD)
        meanwhile = Interrupted(b"mine", lambda: customer("PUT", PLACE, body=b"theirs"))
        environ = {**bearer(customer.key), **headers, "CONTENT_LENGTH": "4"}
        assert call(app, "PUT", PLACE, meanwhile, **environ).status_int == 412
        assert customer("GET", PLACE).body == b"theirs"


def test_of_many_writers_of_a_new_name_one_wins(app: Any, customer: Any) -> None:
    statuses: list[int] = []

    def write(number: int) -> None:
        body = bytes([number]) * 100_000
        answer = customer("PUT", PLACE, body=body, headers={"If-None-Match": "*"})
        statuses.append(answer.status_int)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] + [412] * 7
    body = customer("GET", PLACE).body
    assert len(body) == 100_000
    assert len(set(body)) == 1


def test_without_conditions_writers_follow_each_other(customer: Any) -> None:
    statuses: list[int] = []

    def write(number: int) -> None:
        answer = customer("PUT", PLACE, body=bytes([number]) * 100_000)
        statuses.append(answer.status_int)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 7 + [201]
    assert customer("GET", f"{PLACE}/-/info").json["version"] == 8
    assert len(set(customer("GET", PLACE).body)) == 1
