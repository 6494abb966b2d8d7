"""The stream of a node's usage: all at first, then what has changed, as Redis or the clock says."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from mserve import booking, database
from mserve.tasks import ripples
from mserve.views.follow import stream as stream_of_events
from mserve.views.follow import used, watch
from tests.unit.conftest import Client
from tests.unit.support import lent

SERVICE = "/demo/files"
EVENTS = f"{SERVICE}/-/events/usage"
INGEST, DISC = "http://mserve/ingest", "http://mserve/disc"


class Stream:
    """An open stream, block by block."""

    def __init__(self, client: Client, url: str = EVENTS, **headers: str) -> None:
        from webob import Request

        request = Request.blank(url, headers={"Authorization": f"Bearer {client.key}", **headers})
        self.status, self.headers, self.body = request.call_application(client.app.app)
        self.blocks = iter(self.body)

    def next(self) -> Any:
        """The id and the items by metric of the next event."""
        for block in self.blocks:
            lines = block.decode().splitlines()
            fields = dict(line.split(": ", 1) for line in lines if line.strip(":"))
            if fields.get("event") == "usage":
                items = json.loads(fields["data"])["items"]
                return fields["id"], {each["metric"]: each for each in items}
        return None


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Redis the tree is looked at now and then."""
    monkeypatch.setattr(watch, "AWAY", 0.1)
    monkeypatch.setattr(used, "GAP", 0.05)


@pytest.fixture
def stream(customer: Client) -> Iterator[Any]:
    opened = []

    def open(**headers: str) -> Stream:
        opened.append(Stream(customer, **headers))
        return opened[-1]

    yield open
    for each in opened:
        each.body.close()


def test_all_is_told_and_then_what_has_changed(customer: Client, stream: Any, db: Any) -> None:
    customer("PUT", f"{SERVICE}/a.txt", body=b"12345")
    before = lent(db)
    here = stream()
    assert here.status.startswith("200")
    _, first = here.next()
    whole = {e["metric"]: e for e in customer("GET", f"{SERVICE}/-/usage").json["items"]}
    assert {**first[INGEST]} == whole[INGEST]
    assert (first[DISC]["rate"], first[DISC]["rateTime"] is None) == (5, False)
    assert lent(db) == before
    customer("PUT", f"{SERVICE}/a.txt", body=b"1234567")
    _, second = here.next()
    assert second[INGEST]["total"] == 12
    assert "http://mserve/file" not in second and "http://mserve/file" in first


def test_who_comes_again_is_told_what_is_new_alone(customer: Client, stream: Any) -> None:
    customer("PUT", f"{SERVICE}/a.txt", body=b"12345")
    id, _ = stream().next()
    again = stream(**{"Last-Event-ID": id})
    other = threading.Timer(0.3, customer, ("PUT", f"{SERVICE}/b.txt"), {"body": b"1"})
    other.start()
    newer, items = again.next()
    other.join()
    assert newer != id and items[INGEST]["total"] == 6
    assert stream(**{"Last-Event-ID": id}).next()[1][INGEST]["total"] == 6


def test_a_scheduler_that_adds_up_is_no_news(
    admin: Client, customer: Client, db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_of_events, "BEAT", 0.3)
    customer("PUT", f"{SERVICE}/a/b.txt", body=b"12345")
    places = ("", "/demo", f"{SERVICE}/a")
    here = [Stream(admin, f"{place}/-/events/usage") for place in places]
    ids = [each.next()[0] for each in here]
    database.run(db, booking.pour_all)
    assert {next(each.blocks) for each in here} == {b":\n\n"}
    for each, place, id in zip(here, places, ids, strict=True):
        each.body.close()
        again = Stream(admin, f"{place}/-/events/usage", **{"Last-Event-ID": id})
        assert next(again.blocks).startswith((b"retry", b":"))
        assert next(again.blocks) == b":\n\n"
        again.body.close()


def test_nothing_is_told_while_nothing_changes(
    customer: Client, stream: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_of_events, "BEAT", 1.05)
    customer("PUT", f"{SERVICE}/a.txt", body=b"12345")
    here = stream()
    here.next()
    began = time.monotonic()
    assert next(here.blocks) == b":\n\n"
    assert time.monotonic() - began < 2


def test_it_ends_with_the_right_to_see(customer: Client, admin: Client, app: Any, db: Any) -> None:
    made = admin.json("POST", f"{SERVICE}/-/keys", {"role": "auditor"}).json
    here = Stream(Client(app, made["key"]))
    assert here.next() is not None
    admin("DELETE", f"{SERVICE}/-/keys/{made['id']}")
    assert here.next() is None


def test_who_may_not_see_usage_may_not_follow_it(customer: Client, app: Any) -> None:
    made = customer.json("POST", f"{SERVICE}/-/keys", {"role": "mfilereadwrite"}).json
    assert Client(app, made["key"])("GET", EVENTS).status_int == 403
    assert customer("GET", "/demo/-/events/usage").status_int == 404
    for place in ("events", "events/others"):
        assert customer("GET", f"{SERVICE}/-/{place}").status_int == 404
    assert customer("HEAD", EVENTS).content_type == "text/event-stream"


def test_it_takes_one_of_the_seats(customer: Client, stream: Any) -> None:
    found = [stream() for _ in range(4)]
    assert {each.status[:3] for each in found} == {"200"}
    assert customer("GET", EVENTS).status_int == 503


def test_after_the_commit_followers_are_rung(customer: Client, app: Any, db: Any) -> None:
    """The thread tells of all accounts that were reported to, and of none else: not of a file that
    has just come, which nobody can follow yet."""
    told: list[set[str]] = []
    seen = app.app.registry.ripples
    seen.end()
    customer("PUT", f"{SERVICE}/a.txt", body=b"12345")
    told = [*ripples._ids(seen._seen)]
    service, file = (customer("GET", f"{SERVICE}{p}/-/info").json["id"] for p in ("", "/a.txt"))
    assert service in told and file not in told
    assert database.run(db, lambda site: site.id) in told
    customer("PUT", f"{SERVICE}/a.txt", body=b"123")
    told = [*ripples._ids(seen._seen)]
    assert {service, file} <= {*told}
    customer("GET", f"{SERVICE}/-/usage")
    assert len(ripples._ids(seen._seen)) == len(told)
