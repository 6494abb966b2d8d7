"""Who polls usage is told by an entity tag that nothing was reported, whatever the clock says."""

from typing import Any

import pytest

from mserve import booking, database
from mserve.resources.account import Account
from mserve.resources.marking import retype
from tests.unit.conftest import Client
from tests.unit.support import Clock

SERVICE = "/demo/files"
USAGE = f"{SERVICE}/-/usage"
STATEMENT = f"{SERVICE}/-/statement"
PLACES = (USAGE, f"{USAGE}?format=csv", f"{USAGE}?group=mimetype&format=svg",
          f"{SERVICE}/-/usagesummary", f"{SERVICE}/a.txt/-/usage", STATEMENT)  # fmt: skip


@pytest.fixture
def time(monkeypatch: Any) -> Clock:
    return Clock(monkeypatch, "2026-10-30T10:20:00Z")


@pytest.fixture
def file(customer: Client, time: Clock, db: Any) -> None:
    customer("PUT", f"{SERVICE}/a.txt", body=b"12345")
    database.run(db, booking.book_some)


def tag(client: Client, url: str) -> str:
    answer = client("GET", url)
    assert answer.status_int == 200 and answer.headers["ETag"].startswith('W/"')
    return str(answer.headers["ETag"])


def again(client: Client, url: str, tag: str) -> int:
    answer = client("GET", url, headers={"If-None-Match": tag})
    if answer.status_int == 304:
        assert answer.body == b"" and answer.headers["ETag"] in tag
        assert answer.headers["Vary"] == "Accept, Accept-Language, Authorization, Cookie"
    return int(answer.status_int)


@pytest.mark.parametrize("place", PLACES)
def test_what_was_not_reported_to_is_304(
    file: None, admin: Client, time: Clock, place: str
) -> None:
    known = tag(admin, place)
    time.pass_by(86_400)
    assert again(admin, place, known) == 304
    assert again(admin, place, f'"other", {known}') == 304
    assert again(admin, place, '"other"') == 200
    admin("PUT", f"{SERVICE}/a.txt", body=b"1234567")
    assert again(admin, place, known) == 200


def test_no_sums_are_made_for_it(file: None, admin: Client, monkeypatch: Any) -> None:
    tags = {place: tag(admin, place) for place in PLACES}

    def refuse(*arguments: Any) -> Any:
        raise AssertionError("the account was read")

    monkeypatch.setattr(Account, "__init__", refuse)
    assert {again(admin, *each) for each in tags.items()} == {304}


def test_booking_changes_nothing(customer: Client, admin: Client, time: Clock, db: Any) -> None:
    customer("PUT", f"{SERVICE}/a.txt", body=b"12345")
    [key] = admin("GET", f"{USAGE}?metric=http://mserve/ingest&group=key").json["items"]
    places = [USAGE, f"{SERVICE}/-/keys/{key['key']}/usage"]
    tags = [tag(admin, place) for place in places]
    database.run(db, booking.book_some)
    assert [again(admin, *each) for each in zip(places, tags, strict=True)] == [304, 304]
    customer("PUT", f"{SERVICE}/b.txt", body=b"12345")
    assert [again(admin, *each) for each in zip(places, tags, strict=True)] == [200, 200]


@pytest.mark.parametrize(
    ("query", "seconds"), [("group=hour", 3600), ("from=2026-10-30", 3600), ("group=day", 3600)]
)
def test_new_times_make_another_answer(
    file: None, admin: Client, time: Clock, query: str, seconds: int
) -> None:
    known = tag(admin, f"{USAGE}?{query}")
    time.pass_by(1800)
    assert again(admin, f"{USAGE}?{query}", known) == 304
    time.pass_by(seconds)
    assert again(admin, f"{USAGE}?{query}", known) == 200


def test_what_is_told_apart_otherwise_is_another_answer(
    file: None, admin: Client, customer: Client, db: Any
) -> None:
    place = f"{USAGE}?group=mimetype"
    known = tag(admin, place)

    def learn(site: Any) -> None:
        found = site["demo"]["files"]["a.txt"]
        found.content.learn({"mimetype": "text/x-other"})
        retype(found, found.content)

    database.run(db, learn)
    assert again(admin, place, known) == 200


def test_a_closed_statement_stays(file: None, admin: Client, time: Clock) -> None:
    time.set("2026-11-02T00:00:00Z")
    place = f"{STATEMENT}?month=2026-10"
    known = tag(admin, place)
    admin("PUT", f"{SERVICE}/b.txt", body=b"12345")
    assert again(admin, place, known) == 304
    assert again(admin, STATEMENT, known) == 200


def test_a_weak_tag_is_no_condition_for_if_match(file: None, admin: Client) -> None:
    known = tag(admin, USAGE)
    for value, status in ((known, 412), (known[2:], 412), ("*", 200)):
        assert admin("GET", USAGE, headers={"If-Match": value}).status_int == status


@pytest.mark.parametrize("facet", ["usage", "usagesummary"])
def test_what_cannot_be_asked_for_is_never_304(customer: Any, facet: str) -> None:
    url = f"/demo/files/-/{facet}?group=_"
    assert customer("GET", url, headers={"If-None-Match": "*"}).status_int == 400
