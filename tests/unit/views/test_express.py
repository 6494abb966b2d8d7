"""The express lane answers as Pyramid does, to the letter, or leaves it to Pyramid."""

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from webob import Request

from mserve.resources.caveats import NONE, Caveats
from mserve.resources.mfile import Mfile
from mserve.views.express import Express, plain
from tests.unit.views.conformance import SIZE, cases, filled

WHOLE = bytes(n % 251 for n in range(SIZE))
PLACES = (
    "whole.bin", "empty.bin", "whole.bin/-/content", "whole.bin/-/thumbnail", "whole.bin/-/info",
    "whole.bin/-/poster", "whole.bin/-/versions", "whole.bin/-/nothing", "whole.bin/", "", "-/info",
    "nothing", "whole.bin/nothing", "f%20%C3%A4%22%25.txt", "p.svg", "%FF", "whole.bin/-/keys",
)  # fmt: skip
ACCEPTS = (None, "application/json", "text/html", "image/*,*/*;q=0.8", "nonsense", "")
QUERIES = (
    "", "?", "?limit=2", "?limit=2&cursor=p.svg", "?cursor=z", "?cursor=", "?limit=1&limit=2",
    "?limit=0", "?limit=x", "?limit=", "?format=zip", "?limit=2&format=zip", "?view=grid",
    "?cursor=%FF",
)  # fmt: skip
LISTED = ("application/json", "*/*", "text/html", "application/zip", "application/zip, */*;q=0.1")
WANTS = (
    {},
    {"Want-Repr-Digest": "sha-256=1"},
    {"Want-Repr-Digest": "md5=9", "Want-Content-Digest": "sha-256=1", "Range": "bytes=0-3"},
    {"Host": "content.example.com", "X-Forwarded-Proto": "https"},
)


class Lanes:
    """Both ways to one application. What the express lane left to Pyramid is counted."""

    def __init__(self, express: Express) -> None:
        self.express, self.left = express, 0

    def compare(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, bool]:
        """The status, and whether the express lane gave it; both ways say the same."""
        there = ask(self.express.app, method, path, headers)
        environ = request(method, path, headers).environ
        before = dict(environ)
        taken = plain(environ) and self.express.answer(environ) is not None
        assert environ == before
        here = ask(self.express, method, path, headers)
        assert boundless(here) == boundless(there), (method, path, headers)
        return int(there[0][:3]), taken


def request(method: str, path: str, headers: dict[str, str]) -> Request:
    return Request.blank(path, method=method, headers=headers)


def ask(app: Any, method: str, path: str, headers: dict[str, str]) -> tuple[str, Any, bytes]:
    answer = request(method, path, headers).send(app)
    return answer.status, sorted(answer.headerlist), answer.body  # their order says nothing


def boundless(answer: tuple[str, Any, bytes]) -> Any:
    """Without the boundary of several ranges, which is random."""
    status, headers, body = answer
    kind = dict(headers).get("Content-Type", "")
    boundary = kind.partition("boundary=")[2]
    if not boundary:
        return answer
    fields = [(name, text.replace(boundary, "")) for name, text in headers]
    return status, fields, body.replace(boundary.encode(), b"")


@pytest.fixture
def lanes(app: Any, customer: Any, see: Any) -> Lanes:
    for name, body in (("whole.bin", WHOLE), ("empty.bin", b""), ("f%20%C3%A4%22%25.txt", b"x")):
        customer("PUT", f"/demo/files/{name}", body=body, headers={"Content-Type": "text/plain"})
    customer("PUT", "/demo/files/p.svg", body=b"<svg/>", headers={"Content-Type": "image/svg+xml"})
    return Lanes(app.app)


def test_the_conformance_list(lanes: Lanes, customer: Any) -> None:
    paths = {SIZE: "/demo/files/whole.bin", 0: "/demo/files/empty.bin"}
    time.sleep(1.1)  # the date is a strong validator by then
    taken = 0
    for case in cases():
        head = customer("HEAD", paths[case.size])
        fields = filled(case.headers, head.headers["ETag"], modified(head))
        taken += lanes.compare(case.method, paths[case.size], {**customer.headers, **fields})[1]
    assert taken > 150


def modified(head: Any) -> float:
    return parsedate_to_datetime(head.headers["Last-Modified"]).timestamp()


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_places_and_doors(lanes: Lanes, customer: Any, method: str) -> None:
    taken = set()
    for place, accept, wants in product(PLACES, ACCEPTS, WANTS):
        headers = {**wants} if accept is None else {**wants, "Accept": accept}
        for path, key in ((f"/k/{customer.key}/", {}), ("/demo/files/", customer.headers)):
            status, express = lanes.compare(method, path + place, {**headers, **key})
            if express:
                taken.add((place, accept))
                assert status in (200, 206)
    if method == "OPTIONS":
        assert not taken
        return
    plainly = {"whole.bin", "empty.bin", "whole.bin/-/content", "whole.bin/-/info", "-/info"}
    assert {place for place, _ in taken} >= plainly
    assert ("whole.bin", "text/html") not in taken


@pytest.mark.parametrize("sendfile", ["nginx", "apache", "lighttpd"])
def test_with_a_front(lanes: Lanes, customer: Any, sendfile: str) -> None:
    settings = lanes.express.registry.mserve
    object.__setattr__(settings, "sendfile", sendfile)  # frozen, and this application's own
    for fields in ({}, {"Range": "bytes=0-9"}, {"Range": "bytes=0-1,5-6"}, {"If-Match": "*"}):
        headers = {**customer.headers, **fields}
        assert lanes.compare("GET", "/demo/files/whole.bin", headers)[1]


def test_listings_and_their_queries(lanes: Lanes, customer: Any, admin: Any) -> None:
    for n in range(3):
        customer("PUT", f"/demo/files/sub/%C3%A4{n}%20(x)/f", body=b"x")
    places = [("/demo/files/", customer), ("/demo/files/sub", customer), ("/", admin)]
    taken = set()
    for (path, key), query, accept in product([*places, ("/demo", admin)], QUERIES, LISTED):
        headers = {**key.headers, "Accept": accept}
        status, express = lanes.compare("GET", f"{path}{query}", headers)
        if express:
            taken.add((query, accept))
            assert status == 200
    plain = {"", "?", "?limit=2", "?limit=2&cursor=p.svg", "?cursor=z", "?cursor="}
    assert taken == set(product(plain | {"?limit=1&limit=2"}, LISTED[:2]))


def test_queries_and_bodies_are_pyramids(lanes: Lanes, customer: Any) -> None:
    assert not lanes.compare("GET", "/demo/files/whole.bin?x=1", customer.headers)[1]
    assert not plain({"REQUEST_METHOD": "GET", "CONTENT_LENGTH": "1"})
    assert not plain({"REQUEST_METHOD": "GET", "HTTP_TRANSFER_ENCODING": "chunked"})
    assert not plain({"REQUEST_METHOD": "PUT"})


def test_credentials(lanes: Lanes, customer: Any, made: Any) -> None:
    keys = [made(role) for role in ("mfilereadonly", "auditor", "renditions")]
    for key, place in product(keys, PLACES):
        lanes.compare("GET", f"/k/{key.key}/{place}", {})
        lanes.compare("GET", f"/demo/files/{place}", key.headers)
    for value in ("Bearer nonsense", "Basic nonsense", "Basic Og==", "Other x"):
        lanes.compare("GET", "/demo/files/whole.bin", {"Authorization": value})
    lanes.compare("GET", "/k/nonsense/whole.bin", {})
    slow = made("mfilereadonly", accessspeed=100_000)
    assert lanes.compare("GET", f"/k/{slow.key}/whole.bin", {})[1]


def test_a_revoked_key_is_gone_at_once(lanes: Lanes, customer: Any, made: Any) -> None:
    for _ in range(20):
        parent = made("mfileowner")
        child = made("mfilereadonly", by=parent)
        path = f"/k/{child.key}/whole.bin"
        assert lanes.compare("GET", path, {}) == (200, True)
        assert customer("DELETE", f"/demo/files/-/keys/{parent.id}").status_int == 204
        assert ask(lanes.express, "GET", path, {})[0] == "404 Not Found"
        assert lanes.compare("GET", path, {}) == (404, True)


def test_terms_are_looked_at_each_time(lanes: Lanes, see: Any, made: Any) -> None:
    reader = made("mfilereadonly")
    path = f"/k/{reader.key}/whole.bin"

    def change(act: Callable[[Any], Any]) -> int:
        see(act)
        return lanes.compare("GET", path, {})[0]

    def key(site: Any) -> Any:
        return site["demo"]["files"].keys[reader.id]

    def service(site: Any) -> Any:
        return site["demo"]["files"]

    assert change(lambda site: None) == 200
    assert change(lambda site: setattr(key(site), "caveats", Caveats(end=1))) == 403
    assert change(lambda site: setattr(key(site), "caveats", NONE)) == 200
    assert change(lambda site: setattr(service(site), "end", 1)) == 403
    assert change(lambda site: setattr(service(site), "end", None)) == 200
    assert change(lambda site: setattr(key(site), "role", "auditor")) == 403
    assert change(lambda site: setattr(key(site), "role", "mfilereadonly")) == 200
    assert change(lambda site: service(site).drop("whole.bin")) == 404


def test_a_file_that_is_replaced_or_renamed(lanes: Lanes, customer: Any) -> None:
    path = "/demo/files/whole.bin"
    for body in (b"one", b"two", b"three"):
        customer("PUT", path, body=body, headers={"Content-Type": "text/plain"})
        assert ask(lanes.express, "GET", path, customer.headers)[2] == body
        lanes.compare("GET", path, customer.headers)
    customer.json("PATCH", path, {"name": "other"})
    assert lanes.compare("GET", path, customer.headers) == (404, False)
    assert lanes.compare("GET", "/demo/files/other", customer.headers) == (200, True)


def test_a_lost_blob_is_a_fault_and_not_silence(lanes: Lanes, customer: Any, see: Any) -> None:
    path = "/demo/files/whole.bin"
    assert lanes.compare("GET", path, customer.headers) == (200, True)
    see(lambda site: Path(site["demo"]["files"]["whole.bin"].content.path).unlink())
    assert ask(lanes.express, "GET", path, customer.headers)[0] > "5"


def test_nothing_can_be_written_in_the_lane(lanes: Lanes, customer: Any, see: Any) -> None:
    """A view that would change the tree has no transaction to do it in."""

    def view(context: Any, asked: Any) -> Any:
        context.metadata = {"changed": True}
        return {}

    lane = (Mfile, "bytes")
    lanes.express.stops[lane] = lanes.express.stops[lane]._replace(view=view)
    answer = ask(lanes.express, "GET", "/demo/files/whole.bin", customer.headers)
    assert (answer[0], answer[2]) == ("200 OK", WHOLE)
    assert see(lambda site: dict(site["demo"]["files"]["whole.bin"].metadata)) == {}


def test_the_database_closes_with_the_lane_open(lanes: Lanes, customer: Any, db: Any) -> None:
    assert lanes.compare("GET", "/demo/files/whole.bin", customer.headers) == (200, True)
    assert any(each["opened"] for each in db.connectionDebugInfo())
    db.close()
