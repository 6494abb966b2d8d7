"""Budgets of keys at the HTTP door: paid before a byte moves, and given back where none did."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from webob import Request
from ZODB.POSException import ConflictError

from mserve.attenuation import append
from mserve.errors import OverBudget
from mserve.settings import Settings
from mserve.spending import BYTES_IN, BYTES_OUT, SPENT, UNSETTLED, USES
from mserve.tasks.queue import Queues
from mserve.tasks.settling import settle
from mserve.tasks.used import USED, settle_used
from mserve.views.api import nodes
from tests.unit.tasks.support import RedisServer, wait_for

FILES = "/demo/files"
FILE = f"{FILES}/a.bin"
DATA = bytes(n % 251 for n in range(1000))
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}


@pytest.fixture
def front() -> str:
    return "none"


@pytest.fixture
def lines(lines: dict[str, str], redis: RedisServer, front: str) -> dict[str, str]:
    return {**lines, "mserve.redis": redis.url, "mserve.sendfile": front}


@pytest.fixture
def file(customer: Any) -> str:
    assert customer("PUT", FILE, body=DATA).status_int == 201
    return FILE


@pytest.fixture
def spent(queues: Queues) -> Callable[..., int]:
    """`spent(client, kind)`: what is spent of the budget of the client's key."""

    def look(client: Any, kind: str) -> int:
        sums = queues.redis.hmget(SPENT + client.id, f"{kind}+", f"{kind}-")
        return int(sums[0] or 0) - int(sums[1] or 0)

    return look


def refused(answer: Any, caveat: str, left: int) -> bool:
    assert answer.status_int == 403, answer
    told = answer.json
    assert told["type"] == "urn:mserve:problem:budget"
    assert caveat in told["detail"] and f"; {left} are left" in told["detail"]
    return bool((told["caveat"], told["left"]) == (caveat, left))


# uses


def test_each_request_that_is_allowed_is_a_use(made: Any, file: str) -> None:
    reader = made("mfilereadonly", uses=4)
    for method, url, accept in (
        ("GET", file, "*/*"), ("HEAD", file, "*/*"), ("GET", f"{FILES}/", "text/html"),
        ("GET", f"{file}/-/info", "application/json"),
    ):  # fmt: skip
        assert reader(method, url, headers={"Accept": accept}).status_int == 200
    assert refused(reader("GET", file), USES, 0)
    page = reader("GET", f"{FILES}/", headers={"Accept": "text/html"})
    assert page.status_int == 403 and "the budget uses of this key is 4" in page.text


def test_what_is_not_allowed_and_what_is_not_there_is_no_use(made: Any, file: str) -> None:
    reader = made("mfilereadonly", uses=1)
    assert reader("PUT", file, body=b"x").status_int == 403
    assert reader("GET", "/demo/").status_int == 404
    assert reader("GET", f"{FILES}/nothing").status_int == 404
    assert reader("GET", "/-/openapi.json").status_int == 200
    assert reader("GET", file).status_int == 200


def test_a_chain_shares_its_budgets(made: Any, file: str) -> None:
    owner = made("mfileowner", uses=4)
    first = made("mfilereadonly", by=owner, uses=2)  # to make it is a use
    second = made("mfilereadonly", by=owner)
    assert [first("GET", file).status_int, second("GET", file).status_int] == [200, 200]
    assert refused(first("GET", file), USES, 0)
    assert refused(second("GET", file), USES, 0)
    assert refused(owner("GET", file), USES, 0)


def test_what_was_appended_offline_is_counted_by_itself_and_by_the_key(
    app: Any, made: Any, file: str
) -> None:
    reader = made("mfilereadonly", uses=5)
    tokens = [append(reader.key, {"uses": 2}), append(reader.key, {"uses": 3})]
    for token, statuses in zip(tokens, ([200, 200, 403], [200, 200, 200, 403]), strict=True):
        for status in statuses:
            answer = app.get(f"/k/{token}/a.bin", expect_errors=True)
            assert answer.status_int == status
    assert refused(reader("GET", file), USES, 0)


def test_a_request_that_is_tried_again_is_one_use(
    made: Any, file: str, spent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = made("mfileowner", uses=5)
    attempts = []
    real = nodes.json.node

    def conflicting(*args: Any, **kw: Any) -> Any:
        attempts.append(1)
        if len(attempts) < 4:
            raise ConflictError
        return real(*args, **kw)

    monkeypatch.setattr(nodes.json, "node", conflicting)
    answer = writer.json("PATCH", file, {"metadata": {"a": 1}})
    assert (answer.status_int, len(attempts)) == (200, 4)
    assert spent(writer, USES) == 1


# bytes out


def test_what_an_answer_holds_is_paid(made: Any, file: str, spent: Any) -> None:
    reader = made("mfilereadonly", bytes_out=1300)
    assert reader("GET", f"{file}/-/content").body == DATA
    assert reader("HEAD", file).status_int == 200
    tag = f'"{reader("GET", f"{file}/-/info").json["sha256"]}"'
    assert reader("GET", file, headers={"If-None-Match": tag}).status_int == 304
    assert spent(reader, BYTES_OUT) == 1000
    assert refused(reader("GET", file), BYTES_OUT, 300)
    assert reader("GET", file, headers={"Range": "bytes=0-299"}).body == DATA[:300]
    assert refused(reader("GET", file, headers={"Range": "bytes=-1"}), BYTES_OUT, 0)


def test_several_ranges_are_paid_with_what_is_between(made: Any, file: str, spent: Any) -> None:
    reader = made("mfilereadonly", bytes_out=10_000)
    answer = reader("GET", file, headers={"Range": "bytes=0-9,500-509"})
    assert answer.status_int == 206
    assert spent(reader, BYTES_OUT) == len(answer.body) > 20


def test_what_was_not_sent_is_given_back(app: Any, made: Any, file: str, spent: Any) -> None:
    reader = made("mfilereadonly", bytes_out=1000)
    answer = Request.blank(file, headers=reader.headers).send(app.app)
    assert spent(reader, BYTES_OUT) == 1000
    answer.app_iter.close()
    assert spent(reader, BYTES_OUT) == 0
    assert reader("GET", file).body == DATA


def test_a_folder_as_zip_is_paid_as_it_goes(
    app: Any, customer: Any, made: Any, file: str, spent: Any
) -> None:
    size = 3_000_000
    assert customer("PUT", f"{FILES}/b.bin", body=bytes(size)).status_int == 201
    reader = made("mfilereadonly", bytes_out=10_000_000)
    whole = reader("GET", f"{FILES}/?format=zip").body
    assert spent(reader, BYTES_OUT) == len(whole) > size
    answer = Request.blank(f"{FILES}/?format=zip", headers=reader.headers).send(app.app)
    first = len(next(iter(answer.app_iter)))
    answer.app_iter.close()
    assert spent(reader, BYTES_OUT) == len(whole) + first


def test_a_zip_ends_where_the_budget_does(made: Any, customer: Any, spent: Any) -> None:
    assert customer("PUT", f"{FILES}/b.bin", body=bytes(3_000_000)).status_int == 201
    reader = made("mfilereadonly", bytes_out=1_500_000)
    with pytest.raises(OverBudget, match="bytes_out"):
        _ = reader("GET", f"{FILES}/?format=zip").body
    assert 1_000_000 < spent(reader, BYTES_OUT) <= 1_500_000
    nothing = made("mfilereadonly", bytes_out=0)
    assert refused(nothing("GET", f"{FILES}/?format=zip"), BYTES_OUT, 0)


@pytest.mark.parametrize("front", ["nginx"])
def test_what_a_front_sends_counts_whole(made: Any, file: str) -> None:
    reader = made("mfilereadonly", bytes_out=1999)
    part = {"Range": "bytes=0-1"}
    assert reader("GET", file, headers=part).headers["X-Accel-Redirect"]
    assert refused(reader("GET", file, headers=part), BYTES_OUT, 999)


# bytes in


def test_a_body_is_paid_before_it_is_read(app: Any, made: Any, spent: Any) -> None:
    writer = made("mfilereadwrite", bytes_in=1500)
    assert writer("PUT", f"{FILES}/b", body=DATA).status_int == 201
    body = Unread()
    asked = Request.blank(f"{FILES}/c", method="PUT", headers=writer.headers)
    asked.environ["wsgi.input"], asked.environ["CONTENT_LENGTH"] = body, "1000"
    answer = asked.send(app.app)
    assert answer.status_int == 403 and answer.json["left"] == 500
    assert writer("PUT", f"{FILES}/c", body=DATA[:500]).status_int == 201
    assert spent(writer, BYTES_IN) == 1500


class Unread:
    def read(self, *args: Any) -> bytes:
        raise AssertionError("a body that is refused is not read")

    readline = read


def test_what_is_not_stored_is_given_back(app: Any, made: Any, stored: Any, spent: Any) -> None:
    writer = made("mfilereadwrite", bytes_in=1000)
    headers = {"Content-Digest": f"sha-256=:{b64encode(bytes(32)).decode()}:"}
    assert writer("PUT", FILE, body=DATA, headers=headers).status_int == 400
    assert writer("PUT", f"{FILES}/", body=DATA).status_int == 409
    cut = Request.blank(FILE, method="PUT", headers=writer.headers, body=DATA[:900])
    cut.environ["CONTENT_LENGTH"] = "1000"
    assert cut.send(app.app).status_int == 400
    assert spent(writer, BYTES_IN) == 0
    assert writer("PUT", FILE, body=DATA).status_int == 201
    assert spent(writer, BYTES_IN) == 1000


def test_chunks_are_paid_as_they_come(app: Any, made: Any, spent: Any, stored: Any) -> None:
    writer = made("mfilereadwrite", bytes_in=1500)
    before = stored()

    def put(size: int) -> Any:
        asked = Request.blank(FILE, method="PUT", headers=writer.headers, body=bytes(size))
        asked.environ.pop("CONTENT_LENGTH")
        asked.environ |= {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
        return asked.send(app.app)

    assert put(1501).json["caveat"] == BYTES_IN
    assert (stored(), spent(writer, BYTES_IN)) == (before, 0)
    assert put(1500).status_int == 201
    assert spent(writer, BYTES_IN) == 1500


def test_forms_are_paid(made: Any, spent: Any) -> None:
    writer = made("mfilereadwrite", bytes_in=1500)
    for status in (201, 403):
        answer = writer.app.post(
            f"{FILES}/",
            upload_files=[("file", f"{status}.bin", DATA)],
            headers=writer.headers,
            expect_errors=True,
        )
        assert answer.status_int == status
    assert 1000 < spent(writer, BYTES_IN) < 1500


def test_pieces_are_paid_as_far_as_they_are_kept(app: Any, made: Any, spent: Any) -> None:
    writer = made("mfilereadwrite", bytes_in=1200)
    headers = {**TUS, "Upload-Length": "1000", "Upload-Metadata": f"filename {name('t')}"}
    upload = writer("POST", f"{FILES}/-/uploads", headers=headers).headers["Location"]
    upload = upload.removeprefix("http://localhost")
    cut = Request.blank(
        upload, method="PATCH", body=DATA[:400],
        headers={**writer.headers, **PIECE, "Upload-Offset": "0"},
    )  # fmt: skip
    cut.environ["CONTENT_LENGTH"] = "1000"
    cut.send(app.app)
    assert spent(writer, BYTES_IN) == 400
    wrong = {**PIECE, "Upload-Offset": "400", "Upload-Checksum": f"sha1 {'0' * 40}"}
    assert writer("PATCH", upload, headers=wrong, body=DATA[400:]).status_int == 460
    assert spent(writer, BYTES_IN) == 400
    rest = {**PIECE, "Upload-Offset": "400"}
    assert writer("PATCH", upload, headers=rest, body=DATA[400:]).status_int == 204
    assert spent(writer, BYTES_IN) == 1000
    headers = {**PIECE, "Upload-Length": "201", "Upload-Metadata": f"filename {name('u')}"}
    refused_ = writer("POST", f"{FILES}/-/uploads", headers=headers, body=DATA[:201])
    assert refused(refused_, BYTES_IN, 200)


def name(text: str) -> str:
    return b64encode(text.encode()).decode()


# Redis and the tree


def test_a_key_with_a_budget_is_told_that_redis_is_away_all_others_go_on(
    made: Any, customer: Any, file: str, redis: RedisServer
) -> None:
    reader = made("mfilereadonly", uses=10)
    redis.kill()
    answer = reader("GET", file)
    assert (answer.status_int, answer.headers["Retry-After"]) == (503, "2")
    assert "cannot be counted just now" in answer.json["detail"]
    assert customer("GET", file).status_int == 200
    assert customer("PUT", f"{FILES}/b", body=b"x").status_int == 201


def test_no_read_writes_the_tree_and_what_was_spent_is_shown_once_settled(
    db: Any, made: Any, file: str, customer: Any, settings: Settings, queues: Queues
) -> None:
    reader = made("mfilereadonly", uses=100, bytes_out=100_000)
    where = f"{FILES}/-/keys/{reader.id}"
    assert customer("GET", where).json["used"] is None
    before = db.lastTransaction()
    for _ in range(20):
        assert reader("GET", file).status_int == 200
    assert customer("GET", file).status_int == 200
    assert db.lastTransaction() == before
    settle(db, settings, queues)
    wait_for(lambda: any(reader.id in name.decode() for name, _ in queues.redis.zscan_iter(USED)))
    settle_used(db, settings, queues)
    assert queues.redis.smembers(UNSETTLED) == set()
    shown = customer("GET", where).json
    assert shown["spent"] == {"bytes_out": 20_000, "uses": 20}
    assert shown["used"] is not None
    queues.redis.flushall()
    assert [reader("GET", file).status_int for _ in range(81)] == [200] * 80 + [403]
