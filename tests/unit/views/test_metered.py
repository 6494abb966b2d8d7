"""What is counted of reads of content, by whom and of what."""

from collections.abc import Callable
from typing import Any

import pytest

from mserve.folding import fold
from mserve.resources.figure import Figure
from mserve.resources.metrics import ACCESS, ACCESS_TIME, INTERRUPTED, RESPONSE_TIME
from mserve.server.sending import FileBody
from mserve.settings import Settings
from mserve.tasks.queue import Queues
from mserve.tasks.read_names import DEEPEST, HEADER
from tests.unit.tasks.support import RedisServer

DATA = b"0123456789" * 100
FILE = "/demo/files/a.txt"
Counted = Callable[..., Figure]


@pytest.fixture
def front() -> str:
    return "none"


@pytest.fixture
def front_log() -> str:
    return ""


@pytest.fixture
def lines(lines: dict[str, str], redis: RedisServer, front: str, front_log: str) -> dict[str, str]:
    own = {"redis": redis.url, "sendfile": front, "front_log": front_log}
    return {**lines, **{f"mserve.{name}": value for name, value in own.items()}}


@pytest.fixture
def file(customer: Any) -> str:
    assert customer("PUT", FILE, body=DATA).status_int == 201
    return FILE


@pytest.fixture
def counted(app: Any, db: Any, see: Any, settings: Settings, queues: Queues) -> Counted:
    """`counted(metric)`: what has been counted at the file, or elsewhere."""

    def look(metric: str = ACCESS, *path: str) -> Figure:
        app.app.registry.reads.tell()
        fold(db, settings, queues)

        def find(site: Any) -> Any:
            node = site["demo"]["files"]
            for name in path or ("a.txt",):
                node = node[name]
            return node.usage.get(metric)

        found: Figure = see(find)
        return found

    return look


def test_bytes_that_were_sent(customer: Any, file: str, counted: Counted) -> None:
    customer("GET", file)
    customer("GET", f"{file}/-/content")
    customer("GET", file, headers={"Range": "bytes=10-19"})
    customer("GET", f"/dav{file}")
    assert counted() == Figure.of(1000, 1000, 10, 1000)
    first, last = counted(RESPONSE_TIME), counted(ACCESS_TIME)
    assert first.reports == last.reports == 4
    assert 0 < (first.least or 0) < (first.most or 0) < 10_000
    assert first.total <= last.total
    assert counted(INTERRUPTED) == Figure()


def test_of_several_ranges_the_bytes_of_content(customer: Any, file: str, counted: Counted) -> None:
    answer = customer("GET", file, headers={"Range": "bytes=0-9,20-39"})
    assert len(answer.body) > 200
    assert counted() == Figure.of(30)


def test_what_sends_no_content_is_no_read(customer: Any, file: str, counted: Counted) -> None:
    etag = customer("HEAD", file).headers["ETag"]
    assert customer("GET", file, headers={"If-None-Match": etag}).status_int == 304
    assert customer("GET", file, headers={"If-Match": '"x"'}).status_int == 412
    assert customer("GET", file, headers={"Range": "bytes=5000-"}).status_int == 416
    assert customer("GET", file, headers={"Accept": "application/json"}).status_int == 200
    assert customer("GET", f"{file}/-/info").status_int == 200
    assert customer("GET", f"{file}/-/thumbnail").status_int == 404
    assert counted() == Figure()


def test_an_empty_file_is_read_as_well(customer: Any, counted: Counted) -> None:
    customer("PUT", FILE, body=b"")
    assert customer("GET", FILE).body == b""
    assert counted() == Figure.of(0)
    assert counted(RESPONSE_TIME).reports == 1


def test_former_versions_are_the_files(customer: Any, file: str, counted: Counted) -> None:
    customer("PUT", file, body=b"newer")
    assert customer("GET", f"{file}/-/versions/1").body == DATA
    assert counted() == Figure.of(1000)


def test_an_archive_is_read_of_the_folder(customer: Any, counted: Counted) -> None:
    customer("PUT", "/demo/files/in/a.txt", body=DATA)
    size = len(customer("GET", "/demo/files/in?format=zip").body)
    assert counted(ACCESS, "in") == Figure.of(size)
    assert counted(INTERRUPTED, "in") == counted(ACCESS, "in", "a.txt") == Figure()


@pytest.mark.parametrize("wrapper", [None, FileBody])
def test_a_client_who_breaks_off(customer: Any, file: str, counted: Counted, wrapper: Any) -> None:
    """By any server: it closes what it has not read to the end."""
    request = customer.app.RequestClass.blank(f"{file}/-/content", headers=customer.headers)
    if wrapper:
        request.environ["wsgi.file_wrapper"] = wrapper
    body = customer.app.app(request.environ, lambda status, headers: None)
    window = body.file
    window.read(300)
    body.close()
    assert counted() == Figure.of(300)
    assert counted(INTERRUPTED) == Figure.of(1)


def test_who_breaks_off_an_archive(customer: Any, counted: Counted) -> None:
    for name in ("a.bin", "b.bin"):
        customer("PUT", f"/demo/files/in/{name}", body=DATA)
    url = "/demo/files/in?format=zip"
    request = customer.app.RequestClass.blank(url, headers=customer.headers)
    blocks = customer.app.app(request.environ, lambda status, headers: None)
    some = iter(blocks)
    first = next(some)
    next(some)
    blocks.close()
    assert counted(ACCESS, "in") == Figure.of(len(first))
    assert counted(INTERRUPTED, "in") == Figure.of(1)


def test_who_reads_is_told_apart(
    customer: Any, made: Any, file: str, counted: Counted, queues: Queues
) -> None:
    reader = made("mfilereadonly")
    customer("GET", file), reader("GET", file), reader("GET", f"/k/{reader.key}/a.txt")
    counted()
    told = customer("GET", "/demo/files/-/usage?metric=http://mserve/access&group=key").json
    assert sorted(each["total"] for each in told["items"]) == [1000, 2000]
    told = customer("GET", "/demo/files/-/usage?metric=http://mserve/access&group=mimetype").json
    assert [(each["mimetype"], each["total"]) for each in told["items"]] == [("text/plain", 3000)]


def test_with_a_budget_both_are_told(made: Any, file: str, counted: Counted) -> None:
    reader = made("mfilereadonly", bytes_out=1500)
    assert [reader("GET", file).status_int for _ in range(2)] == [200, 403]
    assert counted() == Figure.of(1000)


@pytest.mark.parametrize("front", ["nginx", "apache", "lighttpd"])
def test_what_a_front_is_asked_to_send(
    customer: Any, file: str, counted: Counted, front: str
) -> None:
    customer("GET", file)
    customer("GET", file, headers={"Range": "bytes=10-19"})
    customer("GET", file, headers={"Range": "bytes=-30"})
    customer("HEAD", file)
    assert counted() == Figure.of(1000, 10, 30)
    assert (counted(RESPONSE_TIME).reports, counted(ACCESS_TIME).reports) == (3, 0)


@pytest.mark.parametrize(("front", "front_log"), [("nginx", "/var/log/nginx/reads.log")])
def test_what_a_front_logs_is_named_to_it_and_counts_by_its_log(
    app: Any, customer: Any, file: str, counted: Counted, see: Any, front_log: str
) -> None:
    answers = [customer("GET", file), customer("GET", f"/dav{file}")]
    names = app.app.registry.read_names
    ids = see(lambda site: [each.id for each in site["demo"]["files"]["a.txt"].lineage()])
    for answer in answers:
        assert "X-Accel-Redirect" in answer.headers
        named = names.read(answer.headers[HEADER])
        assert (named.place.nodes, named.place.mimetype) == (tuple(ids), "text/plain")
        assert len(named.place.payer) == 1 and named.first > 0
    assert HEADER not in customer("HEAD", file).headers
    assert counted() == Figure()
    several = customer("GET", file, headers={"Range": "bytes=0-9,20-29"})
    assert HEADER not in several.headers and counted() == Figure.of(20)


@pytest.mark.parametrize(("front", "front_log"), [("nginx", "/var/log/nginx/reads.log")])
def test_what_lies_too_deep_to_be_named_is_sent_by_mserve(
    customer: Any, counted: Counted, front_log: str
) -> None:
    path = ["d"] * DEEPEST
    assert customer("PUT", f"/demo/files/{'/'.join(path)}/a.txt", body=DATA).status_int == 201
    answer = customer("GET", f"/demo/files/{'/'.join(path)}/a.txt")
    assert answer.body == DATA and HEADER not in answer.headers
    assert counted(ACCESS, *path, "a.txt") == Figure.of(1000)
