"""Small uploads in the express lane: as Pyramid answers and stores them, or left to Pyramid."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from webob import Request

from mserve.errors import StorageFull
from mserve.resources.spool import Spool
from mserve.server.body import Cut
from mserve.views.express import Express
from mserve.views.express.bodies import LIMIT, small
from tests.unit.support import Holdings, holdings

BODY = b"some bytes"
WRONG = "sha-256=:" + "A" * 43 + "=:"
OWN = re.compile(
    r'"(id|created|modified|job|name|url)": "[^"]*"|/(express|pyramid)|jobs/[0-9a-f]{32}'
)
"""What differs between two files that are otherwise the same."""


class Lane:
    """The application by the express lane, and by Pyramid alone."""

    def __init__(self, app: Any, headers: dict[str, str]) -> None:
        self.express: Express = app
        self.headers = headers

    def put(self, path: str, body: bytes = BODY, *, lane: bool = True, **headers: str) -> Any:
        request = Request.blank(path, method="PUT", body=body, headers={**self.headers, **headers})
        return request.send(self.express if lane else self.express.app)

    def takes(self, path: str, body: bytes = BODY, **headers: str) -> bool:
        request = Request.blank(path, method="PUT", body=body, headers={**self.headers, **headers})
        return small(request.environ, "PUT") and self.express.answer(request.environ) is not None


@pytest.fixture
def lane(app: Any, customer: Any) -> Lane:
    return Lane(app.app, customer.headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain; charset=utf-8"},
        {"Content-MD5": "nQVoRp0gbBrt8bcfEvR0vA=="},
        {"If-None-Match": "*"},
        {"Accept": "text/html"},
        {"Host": "content.example.com", "X-Forwarded-Proto": "https"},
    ],
)
@pytest.mark.parametrize("place", ["/demo/files/{}", "/demo/files/new/deep/{}/f.txt"])
def test_both_ways_answer_and_store_alike(
    lane: Lane, see: Any, place: str, headers: dict[str, str]
) -> None:
    answers = [
        lane.put(place.format(name), lane=name == "express", **headers)
        for name in ("express", "pyramid")
    ]
    assert [each.status for each in answers] == ["201 Created"] * 2
    here, there = (OWN.sub("", each.text) for each in answers)
    assert here == there
    assert fields(answers[0]) == fields(answers[1])
    assert all(int(each.headers["Content-Length"]) == len(each.body) for each in answers)
    stored = [see(lambda site, url=each.location: facts(site, url)) for each in answers]
    assert stored[0] == stored[1]


def fields(answer: Any) -> dict[str, str]:
    found = {name: OWN.sub("", value) for name, value in answer.headerlist}
    del found["Content-Length"]
    return found


def facts(site: Any, url: str) -> Any:
    """What is stored at the URL, but for what is each file's own."""
    node: Any = site
    for name in url.split("/")[3:]:
        node = node[name]
    [(_, job)] = node.page_jobs(2)
    return (
        Path(node.content.path).read_bytes(), node.content.sha256, node.mimetype,
        {metric: figure._replace(offset=0) for metric, figure in node.usage.figures.items()},
        job.state, [[run.spec, run.state] for run in job.all_runs()],
    )  # fmt: skip


def test_it_is_taken(lane: Lane) -> None:
    assert lane.takes("/demo/files/a")
    assert lane.takes("/demo/files/b", b"")
    assert lane.takes("/demo/files/c", bytes(LIMIT))
    assert not lane.takes("/demo/files/d", bytes(LIMIT + 1))
    assert not lane.takes("/demo/files/a")  # it is there by now
    assert not lane.takes("/demo/files/e?unpack=zip")


@pytest.mark.parametrize(
    ("status", "path", "headers"),
    [
        (404, "/k/wrong/a", {"Authorization": ""}),
        (404, "/demo/files/a", {"Authorization": "Bearer wrong"}),
        (404, "/demo/nothing/a", {}),
        (400, "/demo/files/%FF", {}),
        (404, "/demo/files/-/nothing", {}),
        (412, "/demo/files/a", {"If-Match": "*"}),
        (400, "/demo/files/a", {"Content-Digest": "nonsense"}),
        (400, "/demo/files/a", {"Content-Range": "bytes 0-9/10"}),
        (415, "/demo/files/a", {"Content-Encoding": "gzip"}),
        (400, "/demo/files/a", {"Content-Digest": WRONG}),
        (400, "/demo/files/a", {"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}),
    ],
)
def test_refusals_are_pyramids_and_store_nothing(
    lane: Lane, db: Any, settings: Any, status: int, path: str, headers: dict[str, str]
) -> None:
    before = holdings(db, settings.data)
    answers = [lane.put(path, lane=lane_, **headers) for lane_ in (True, False)]
    assert [each.status_int for each in answers] == [status] * 2
    assert answers[0].json["title"] == answers[1].json["title"]
    assert holdings(db, settings.data) == before


def test_a_weaker_key_may_not(lane: Lane, made: Any, db: Any, settings: Any) -> None:
    before = holdings(db, settings.data)
    reader = Lane(lane.express, made("mfilereadonly").headers)
    assert reader.put("/demo/files/a").status_int == 403
    assert holdings(db, settings.data).children == before.children


class Broken(io.BytesIO):
    """A connection that breaks after half of the body."""

    def read(self, size: int | None = -1) -> bytes:
        block = super().read(min(size or 0, 5))
        if not block:
            raise Cut("the client is gone")
        return block


def test_a_body_that_breaks_off_stores_nothing(lane: Lane, db: Any, settings: Any) -> None:
    before = holdings(db, settings.data)
    request = Request.blank("/demo/files/a", method="PUT", headers=lane.headers)
    request.body_file = Broken(BODY[:5])
    request.content_length = len(BODY)
    assert request.send(lane.express).status_int == 400
    assert holdings(db, settings.data) == before


def test_a_full_disk_is_told(
    lane: Lane, db: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before: Holdings = holdings(db, settings.data)

    def full(*args: Any) -> None:
        raise StorageFull("there is no room for these bytes; nothing was stored")

    monkeypatch.setattr(Spool, "write", full)
    assert lane.put("/demo/files/a").status_int == 507
    assert holdings(db, settings.data) == before


def test_who_was_slower_replaces_as_by_pyramid(
    lane: Lane, see: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another's file of that name comes between the check and the commit."""
    look = lane.express.uploads.look

    def slow(environ: Any) -> Any:
        found = look(environ)
        if environ["PATH_INFO"].endswith("/a"):
            lane.put("/demo/files/a", b"theirs", lane=False)
        return found

    monkeypatch.setattr(lane.express.uploads, "look", slow)
    answer = lane.put("/demo/files/a", b"ours")
    assert (answer.status_int, answer.json["version"]) == (200, 2)
    assert see(lambda site: Path(site["demo"]["files"]["a"].content.path).read_bytes()) == b"ours"


def test_where_the_storage_is_away_it_is_pyramids(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane.express.snapshots, "_connected", lambda: False)
    assert not lane.takes("/demo/files/a")
