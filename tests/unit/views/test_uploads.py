"""Uploads in pieces: tus 1.0.0, as its specification says and as its clients do."""

import hashlib
import os
import random
import threading
import time
from base64 import b64encode
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from mserve import chores, main
from mserve.check import files
from mserve.resources import partial as partials
from mserve.resources.hashing import BESIDE
from mserve.resources.partial import Partial
from mserve.resources.upload import IDLE
from mserve.views import pieces
from tests.unit.support import Interrupted, bearer, call

PLACE = "/demo/files/-/uploads"
CHUNK = "application/offset+octet-stream"
BODY = random.Random(1).randbytes(1000)


def told(**metadata: str) -> str:
    """Upload-Metadata; `_` in a name is a dash."""
    return ",".join(
        f"{name.replace('_', '-')} {b64encode(value.encode()).decode()}"
        for name, value in metadata.items()
    )


class Tus:
    """A tus client that holds the key of `client`."""

    def __init__(self, client: Any, place: str = PLACE) -> None:
        self.client = client
        self.place = place
        self.url = ""

    def call(self, method: str, url: str = "", body: bytes = b"", **headers: str) -> Any:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {"Tus-Resumable": "1.0.0", **given}
        return self.client(method, url or self.url, body=body, headers=given)

    def create(self, length: int | None = 1000, body: bytes | None = None, **metadata: str) -> Any:
        headers = {"Upload-Metadata": told(**{"filename": "a.bin", **metadata})}
        headers |= (
            {"Upload-Defer-Length": "1"} if length is None else {"Upload-Length": str(length)}
        )
        headers |= {} if body is None else {"Content-Type": CHUNK}
        answer = self.call("POST", self.place, body or b"", **headers)
        if answer.status_int == 201:
            self.url = answer.headers["Location"]
        return answer

    def patch(self, offset: int, body: bytes, **headers: str) -> Any:
        given = {"Content-Type": CHUNK, "Upload-Offset": str(offset), **headers}
        return self.call("PATCH", "", body, **given)

    def head(self) -> Any:
        return self.call("HEAD")

    @property
    def offset(self) -> int:
        answer = self.head()
        assert answer.status_int == 200
        return int(answer.headers["Upload-Offset"])


@pytest.fixture
def tus(customer: Any) -> Tus:
    return Tus(customer)


@pytest.fixture
def temporary(db: Any) -> Any:
    """`temporary()`: names of the temporary files."""
    folder = Path(db.storage.temporaryDirectory())
    return lambda: sorted(each.name for each in folder.iterdir() if each.name[0] != ".")


def cut(app: Any, tus: Tus, method: str, url: str, body: Any, length: int, **environ: str) -> Any:
    """A request whose connection breaks: as web servers that stream pass it on."""
    given = {
        "HTTP_TUS_RESUMABLE": "1.0.0",
        "CONTENT_TYPE": CHUNK,
        "CONTENT_LENGTH": str(length),
        **environ,
        **bearer(tus.client.key),
    }
    return call(app, method, url, body, **given)


class Broken:
    """A body that breaks off with the error that a server raises."""

    def __init__(self, body: bytes) -> None:
        self.rest = body

    def read(self, size: int = -1) -> bytes:
        if not self.rest:
            raise ConnectionResetError("the client is gone")
        block, self.rest = self.rest[:100], self.rest[100:]
        return block


def test_the_server_tells_what_it_can(tus: Tus) -> None:
    answer = tus.client("OPTIONS", PLACE)
    assert answer.status_int == 204
    headers = answer.headers
    assert (headers["Tus-Resumable"], headers["Tus-Version"]) == ("1.0.0", "1.0.0")
    assert {"creation", "creation-with-upload", "creation-defer-length", "checksum", "expiration",
            "termination"} == set(headers["Tus-Extension"].split(","))  # fmt: skip
    assert {"sha1", "sha256", "md5"} < set(headers["Tus-Checksum-Algorithm"].split(","))
    assert int(headers["Tus-Max-Size"]) == 1 << 40


def test_pieces_become_a_file(tus: Tus, customer: Any, temporary: Any) -> None:
    assert tus.create(filetype="image/x-test", filename="ä b.bin").status_int == 201
    head = tus.head().headers
    assert (head["Upload-Offset"], head["Upload-Length"]) == ("0", "1000")
    assert head["Cache-Control"] == "no-store"
    assert head["Upload-Metadata"] == told(filename="ä b.bin", filetype="image/x-test")
    for start in range(0, 900, 300):
        answer = tus.patch(start, BODY[start : start + 300])
        assert (answer.status_int, answer.headers["Upload-Offset"]) == (204, str(start + 300))
        assert "GMT" in answer.headers["Upload-Expires"]
        assert "Mserve-Location" not in answer.headers
    last = tus.patch(900, BODY[900:])
    assert last.status_int == 204
    shown = customer("GET", f"{last.headers['Mserve-Location']}/-/info").json
    assert shown["sha256"] == hashlib.sha256(BODY).hexdigest()
    assert (shown["name"], shown["mimetype"]) == ("ä b.bin", "image/x-test")
    assert customer("GET", last.headers["Mserve-Job"]).json["trigger"] == "ingest"
    assert temporary() == []


def test_a_client_that_missed_the_last_answer_is_told_again(tus: Tus, customer: Any) -> None:
    tus.create()
    where = tus.patch(0, BODY).headers["Mserve-Location"]
    head = tus.head()
    assert (head.status_int, head.headers["Upload-Offset"]) == (200, "1000")
    assert head.headers["Mserve-Location"] == where
    shown = tus.call("GET").json
    assert (shown["offset"], shown["mfile"]) == (1000, where)
    assert customer("GET", f"{where}/-/info").json["version"] == 1


def test_an_upload_may_begin_with_its_creation(tus: Tus, customer: Any) -> None:
    answer = tus.create(body=BODY[:400])
    assert (answer.status_int, answer.headers["Upload-Offset"]) == (201, "400")
    assert tus.patch(400, BODY[400:]).status_int == 204
    assert customer("GET", "/demo/files/a.bin").body == BODY
    whole = tus.create(body=BODY, filename="b.bin")
    assert whole.headers["Mserve-Location"].endswith("/demo/files/b.bin")
    assert "/-/uploads/" in whole.headers["Location"]


def test_an_empty_file_is_complete_at_once(tus: Tus, customer: Any) -> None:
    answer = tus.create(length=0)
    assert answer.headers["Upload-Offset"] == "0"
    assert customer("GET", answer.headers["Mserve-Location"]).body == b""


def test_the_length_may_be_said_later(tus: Tus, customer: Any) -> None:
    tus.create(length=None)
    assert tus.patch(0, BODY[:500]).status_int == 204
    assert tus.head().headers["Upload-Defer-Length"] == "1"
    assert tus.patch(500, BODY[500:900], Upload_Length="1000").status_int == 204
    assert tus.head().headers["Upload-Length"] == "1000"
    assert tus.patch(900, BODY[900:], Upload_Length="2000").status_int == 400
    assert tus.patch(900, BODY[900:], Upload_Length="1000").status_int == 204
    assert customer("GET", "/demo/files/a.bin").body == BODY


def test_a_piece_goes_to_the_offset_alone(tus: Tus, customer: Any) -> None:
    tus.create()
    tus.patch(0, BODY[:500])
    for offset in (0, 499, 501, 1000):
        assert tus.patch(offset, b"x" * 10).status_int == 409
        assert tus.offset == 500
    tus.patch(500, BODY[500:])
    assert tus.patch(500, BODY[500:]).status_int == 404  # all is there and stored
    assert customer("GET", "/demo/files/a.bin").body == BODY


def test_more_than_was_said_is_refused(app: Any, tus: Tus) -> None:
    tus.create()
    assert tus.patch(0, BODY + b"x").status_int == 413
    assert tus.offset == 0
    tus.patch(0, BODY[:500])
    chunked = {"HTTP_UPLOAD_OFFSET": "500", "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = cut(app, tus, "PATCH", tus.url, b"x" * 501, 0, **{**chunked, "CONTENT_LENGTH": ""})
    assert answer.status_int == 413
    assert tus.offset == 500


@pytest.mark.parametrize("part", range(1, 10))
def test_what_came_before_a_cut_is_kept(app: Any, tus: Tus, customer: Any, part: int) -> None:
    tus.create()
    sent = 100 * part
    at = {"HTTP_UPLOAD_OFFSET": "0"}
    if part % 2:
        assert cut(app, tus, "PATCH", tus.url, BODY[:sent], 1000, **at).status_int == 204
    else:
        assert cut(app, tus, "PATCH", tus.url, Broken(BODY[:sent]), 1000, **at).status_int == 400
    assert tus.offset == sent
    assert customer("GET", "/demo/files/a.bin").status_int == 404
    assert tus.patch(sent, BODY[sent:]).status_int == 204
    assert customer("GET", "/demo/files/a.bin").body == BODY


def checksum(body: bytes, algorithm: str = "sha1") -> str:
    return f"{algorithm} {b64encode(hashlib.new(algorithm, body).digest()).decode()}"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512", "md5"])
def test_a_piece_may_have_a_checksum(
    tus: Tus, customer: Any, temporary: Any, algorithm: str
) -> None:
    tus.create()
    half = BODY[:500]
    wrong = tus.patch(0, half, Upload_Checksum=checksum(b"other", algorithm))
    assert (wrong.status_int, tus.offset) == (460, 0)
    assert wrong.headers["Tus-Resumable"] == "1.0.0"
    assert tus.patch(0, half, Upload_Checksum=checksum(half, algorithm)).status_int == 204
    rest = BODY[500:]
    assert tus.patch(500, rest, Upload_Checksum=checksum(rest, algorithm)).status_int == 204
    assert customer("GET", "/demo/files/a.bin").body == BODY
    assert temporary() == []


def test_of_a_cut_piece_with_a_checksum_nothing_is_kept(app: Any, tus: Tus) -> None:
    tus.create()
    given = {"HTTP_UPLOAD_OFFSET": "0", "HTTP_UPLOAD_CHECKSUM": checksum(BODY)}
    assert cut(app, tus, "PATCH", tus.url, BODY[:500], 1000, **given).status_int == 400
    assert cut(app, tus, "PATCH", tus.url, Broken(BODY[:500]), 1000, **given).status_int == 400
    assert tus.offset == 0


def test_malformed_headers_are_refused(tus: Tus, customer: Any) -> None:
    for headers in (
        {},
        {"Upload-Length": "-1"},
        {"Upload-Length": "many"},
        {"Upload-Length": "1", "Upload-Defer-Length": "1"},
        {"Upload-Length": "1", "Upload-Metadata": "filename ###"},
        {"Upload-Length": "1", "Upload-Metadata": told(filename="..")},
        {"Upload-Length": "1", "Upload-Metadata": told(filename="a", relativePath="../a")},
        {"Upload-Length": "1", "Upload-Metadata": told(relativePath="/etc/passwd")},
    ):
        assert tus.call("POST", PLACE, **headers).status_int == 400, headers
    assert tus.call("POST", PLACE, **{"Upload-Length": str(1 << 41)}).status_int == 413
    tus.create()
    assert tus.patch(0, BODY, Upload_Checksum="crc32 AAAA").status_int == 400
    assert tus.patch(0, BODY, Upload_Checksum="sha1 AAAA").status_int == 400
    assert tus.call("PATCH", "", BODY, Upload_Offset="0").status_int == 415
    assert tus.call("PATCH", "", BODY, Content_Type=CHUNK).status_int == 400
    other = tus.call("PATCH", "", BODY, Tus_Resumable="0.2.2", Content_Type=CHUNK)
    assert (other.status_int, other.headers["Tus-Version"]) == (412, "1.0.0")


def test_paths_make_folders(tus: Tus, customer: Any) -> None:
    tus.create(length=0, relativePath="photos/2026/a.bin")
    assert customer("GET", "/demo/files/photos/2026/a.bin").status_int == 200
    tus.create(length=0, relativePath="photos/2026/ignored", filename="renamed")
    assert customer("GET", "/demo/files/photos/2026/renamed").status_int == 200
    nameless = tus.call("POST", PLACE, **{"Upload-Length": "0"})
    assert nameless.headers["Mserve-Location"].endswith(nameless.headers["Location"][-32:])


def test_a_name_that_is_a_folder_is_refused_at_once(tus: Tus, customer: Any) -> None:
    customer.json("POST", "/demo/files/", {"type": "folder", "name": "taken"})
    customer("PUT", "/demo/files/file", body=b"x")
    assert tus.create(filename="taken").status_int == 409
    assert tus.create(relativePath="file/below", filename="a").status_int == 409


def test_conditions_hold_for_the_place_of_the_file(tus: Tus, customer: Any) -> None:
    customer("PUT", "/demo/files/a.bin", body=b"old")
    tag = f'"{hashlib.sha256(b"old").hexdigest()}"'
    assert tus.create(if_none_match="*").status_int == 412
    assert tus.create(if_match='"other"').status_int == 412
    assert tus.create(if_match=tag, body=BODY).status_int == 201
    assert customer("GET", "/demo/files/a.bin").body == BODY
    assert tus.create(filename="b.bin", if_none_match="*").status_int == 201
    customer("PUT", "/demo/files/b.bin", body=b"theirs")
    assert tus.patch(0, BODY).status_int == 412
    assert customer("GET", "/demo/files/b.bin").body == b"theirs"


def test_an_upload_is_that_of_its_key(tus: Tus, made: Any, admin: Any) -> None:
    tus.create()
    other = made("servicecustomer")
    assert Tus(other).call("HEAD", tus.url).status_int == 404
    for client, status in ((other, 404), (admin, 204)):
        headers = {"Content-Type": CHUNK, "Upload-Offset": "0"}
        assert Tus(client).call("PATCH", tus.url, b"x", **headers).status_int == status
    reader = made("mfilereadonly")
    assert Tus(reader).create().status_int == 403


def test_a_key_that_was_revoked_meanwhile_stores_nothing(
    app: Any, customer: Any, made: Any
) -> None:
    key = made("servicecustomer")
    tus = Tus(key)
    tus.create()
    body = Interrupted(BODY, lambda: customer("DELETE", f"/demo/files/-/keys/{key.id}"))
    answer = cut(app, tus, "PATCH", tus.url, body, 1000, HTTP_UPLOAD_OFFSET="0")
    assert answer.status_int == 404
    assert customer("GET", "/demo/files/a.bin").status_int == 404


def test_an_upload_may_be_ended(tus: Tus, temporary: Any, customer: Any) -> None:
    tus.create(body=BODY[:500])
    assert tus.call("DELETE").status_int == 204
    assert tus.head().status_int == 404
    assert tus.patch(500, BODY[500:]).status_int == 404
    assert temporary() == []
    tus.create(body=BODY)
    assert tus.call("DELETE").status_int == 204
    assert customer("GET", "/demo/files/a.bin").body == BODY


def test_methods_may_be_overridden(tus: Tus) -> None:
    tus.create()
    patch = {"X-HTTP-Method-Override": "PATCH", "Content-Type": CHUNK, "Upload-Offset": "0"}
    assert tus.call("POST", "", BODY[:10], **patch).status_int == 204
    assert tus.offset == 10
    assert tus.call("POST", **{"X-HTTP-Method-Override": "PUT"}).status_int == 400
    assert tus.call("POST", **{"X-HTTP-Method-Override": "DELETE"}).status_int == 204
    assert tus.head().status_int == 404


def test_what_a_dead_process_left_undone_is_done_by_the_next_request(
    app: Any, tus: Tus, customer: Any, db: Any, monkeypatch: Any
) -> None:
    for finish in (tus.head, lambda: tus.patch(1000, b"")):
        tus.create(body=BODY[:999])
        path = Path(db.storage.temporaryDirectory(), f"upload-{tus.url[-32:]}")
        with path.open("ab") as file:  # the last byte came, and the process died
            file.write(BODY[999:])
        answer = finish()
        assert answer.status_int in (200, 204)
        assert answer.headers["Upload-Offset"] == "1000"
        assert customer("GET", answer.headers["Mserve-Location"]).body == BODY


def test_of_two_requests_at_once_one_is_refused(app: Any, tus: Tus, customer: Any) -> None:
    tus.create()
    statuses = []

    def interfere() -> None:
        statuses.append(tus.patch(0, b"x" * 1000).status_int)
        statuses.append(tus.head().status_int)

    body = Interrupted(BODY, interfere)
    assert cut(app, tus, "PATCH", tus.url, body, 1000, HTTP_UPLOAD_OFFSET="0").status_int == 204
    assert statuses == [423, 200]
    assert customer("GET", "/demo/files/a.bin").body == BODY


def test_a_client_that_is_gone_does_not_keep_the_lock(
    app: Any, tus: Tus, customer: Any, db: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(partials, "STALLED", 0.1)
    tus.create(body=BODY[:100])

    def overtake() -> None:
        time.sleep(0.2)
        assert tus.patch(100, BODY[100:600]).status_int == 204

    stalled = Interrupted(b"y" * 900, overtake)
    late = cut(app, tus, "PATCH", tus.url, stalled, 900, HTTP_UPLOAD_OFFSET="100")
    assert late.status_int == 409
    assert tus.offset == 600
    assert tus.patch(600, BODY[600:]).status_int == 204
    assert customer("GET", "/demo/files/a.bin").body == BODY


def test_a_lock_of_another_process_counts(tus: Tus, db: Any) -> None:
    tus.create()
    partial = Partial(db.storage.temporaryDirectory(), tus.url[-32:])
    told, go_on = os.pipe(), os.pipe()
    if not (child := os.fork()):
        try:
            with partial.lease():
                os.write(told[1], b"x")
                os.read(go_on[0], 1)
        finally:
            os._exit(0)
    os.read(told[0], 1)
    assert tus.patch(0, BODY).status_int == 423
    os.kill(child, 9)
    os.waitpid(child, 0)
    assert tus.patch(0, BODY).status_int == 204
    for descriptor in (*told, *go_on):
        os.close(descriptor)


def test_of_many_at_one_offset_each_byte_is_there_once(app: Any, tus: Tus, customer: Any) -> None:
    tus.create(length=100_000)
    body = random.Random(2).randbytes(100_000)

    def send() -> None:
        while (head := tus.head()).status_int == 200:
            offset = int(head.headers["Upload-Offset"])
            if offset == 100_000:
                return
            tus.patch(offset, body[offset : offset + 10_000])

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shown = customer("GET", "/demo/files/a.bin/-/info").json
    assert (shown["sha256"], shown["version"]) == (hashlib.sha256(body).hexdigest(), 1)


def test_a_digest_is_that_of_the_bytes_whoever_has_seen_them(
    tus: Tus, customer: Any, monkeypatch: Any
) -> None:
    body = random.Random(3).randbytes(BESIDE + 3_000_000)
    cuts = [0, 1_000_000, BESIDE + 1_000_000, len(body)]
    for forgets in (False, True):
        tus.create(length=len(body))
        for start, stop in pairwise(cuts):
            assert tus.patch(start, body[start:stop]).status_int == 204
            if forgets:  # the next piece comes to another process
                monkeypatch.setattr(pieces.HASHINGS, "_known", type(pieces.HASHINGS._known)())
        shown = customer("GET", "/demo/files/a.bin/-/info").json
        assert shown["sha256"] == hashlib.sha256(body).hexdigest()


def test_uploads_left_for_a_day_are_given_up(
    tus: Tus, db: Any, settings: Any, temporary: Any, see: Any, monkeypatch: Any
) -> None:
    tus.create(body=BODY[:500])
    left = tus.url
    tus.create(body=BODY[:500], filename="b.bin")
    alive = tus.url
    tus.create(body=BODY, filename="c.bin")
    chores.end_uploads(db, settings, None)
    assert len(see(lambda site: list(site.uploads.items()))) == 3
    later = time.time() + IDLE + 60
    monkeypatch.setattr("mserve.resources.clock.now", lambda: int(later * 1_000_000))
    path = Path(db.storage.temporaryDirectory(), f"upload-{alive[-32:]}")
    os.utime(path, (later, later))
    chores.end_uploads(db, settings, None)
    assert see(lambda site: [id for id, _ in site.uploads.items()]) == [alive[-32:]]
    assert [name for name in temporary() if "lock" not in name] == [path.name]
    assert tus.call("HEAD", left).status_int == 404


def test_a_folder_that_is_gone_takes_no_file(app: Any, tus: Tus, customer: Any) -> None:
    customer.json("POST", "/demo/files/", {"type": "folder", "name": "folder"})
    tus.place = "/demo/files/folder/-/uploads"
    tus.create()
    body = Interrupted(BODY, lambda: customer("DELETE", "/demo/files/folder"))
    answer = cut(app, tus, "PATCH", tus.url, body, 1000, HTTP_UPLOAD_OFFSET="0")
    assert answer.status_int == 404
    assert customer("GET", "/demo/files/folder/a.bin").status_int == 404


def test_a_check_leaves_alone_what_a_client_may_go_on_with(
    tus: Tus, db: Any, temporary: Any
) -> None:
    tus.create(body=BODY[:500])
    folder = Path(db.storage.temporaryDirectory())
    (folder / f"upload-{'0' * 32}").touch()
    assert len(temporary()) == 3
    assert len([*files.check(db, 0, repair=True)]) == 1
    assert len(temporary()) == 2
    assert tus.patch(500, BODY[500:]).status_int == 204


NAMES = {"sha-256": "sha256", "sha-512": "sha512", "sha": "sha1", "md5": "md5"}


def member(algorithm: str, body: bytes = BODY) -> str:
    digest = hashlib.new(NAMES[algorithm], body).digest()
    return f"{algorithm}=:{b64encode(digest).decode()}:"


def forget_hashings(monkeypatch: Any) -> None:
    """The next piece comes to another process."""
    monkeypatch.setattr(pieces.HASHINGS, "_known", type(pieces.HASHINGS._known)())


WHOLE = [{"Repr-Digest": member(each)} for each in NAMES]
WHOLE += [{"Repr-Digest": f"{member('md5')}, {member('sha-512')}, unixsum=:AAAA:"}]


class Whole:
    """Uploads of BODY in three pieces; the digest comes with `when`: the creation, or a piece."""

    def __init__(self, tus: Tus, monkeypatch: Any) -> None:
        self.tus = tus
        self.monkeypatch = monkeypatch

    def send(self, when: int, headers: dict[str, str], *, wander: bool = False) -> Any:
        """The answer that decides; `wander`: each piece comes to another process."""
        length = {"Upload-Length": "1000", "Upload-Metadata": told(filename="a.bin")}
        answer = self.tus.call("POST", PLACE, **length, **(headers if when == 0 else {}))
        self.tus.url = answer.headers["Location"]
        for number, start in enumerate((0, 300, 600), 1):
            if wander:
                forget_hashings(self.monkeypatch)
            piece = BODY[start : start + 300] if number < 3 else BODY[600:]
            answer = self.tus.patch(start, piece, **(headers if when == number else {}))
            if number < 3:
                assert (answer.status_int, self.tus.offset) == (204, start + 300)
        return answer


@pytest.fixture
def whole(tus: Tus, monkeypatch: Any) -> Whole:
    return Whole(tus, monkeypatch)


@pytest.mark.parametrize("wander", [False, True])
@pytest.mark.parametrize("when", range(4))
def test_a_whole_that_is_as_announced_is_stored(
    whole: Whole, customer: Any, temporary: Any, when: int, wander: bool
) -> None:
    for headers in WHOLE:
        assert whole.send(when, headers, wander=wander).status_int == 204
        assert customer("GET", "/demo/files/a.bin").body == BODY
        assert temporary() == []
    assert customer("GET", "/demo/files/a.bin/-/info").json["version"] == len(WHOLE)


@pytest.mark.parametrize("wander", [False, True])
@pytest.mark.parametrize("when", range(4))
def test_another_whole_stores_nothing_and_ends_the_upload(
    whole: Whole, customer: Any, stored: Any, see: Any, when: int, wander: bool
) -> None:
    for algorithm in NAMES:
        before = stored()
        answer = whole.send(when, {"Repr-Digest": member(algorithm, b"other")}, wander=wander)
        assert answer.status_int == 400
        assert answer.json["type"] == "urn:mserve:problem:digest-mismatch"
        assert stored() == before
        assert see(lambda site: list(site.uploads.items())) == []
        assert whole.tus.head().status_int == 404
        assert whole.tus.patch(1000, b"").status_int == 404


def test_a_former_content_stays_where_the_whole_is_another(whole: Whole, customer: Any) -> None:
    customer("PUT", "/demo/files/a.bin", body=b"former")
    assert whole.send(3, {"Repr-Digest": member("sha-256", b"other")}).status_int == 400
    assert customer("GET", "/demo/files/a.bin").body == b"former"


def test_a_creation_that_brings_all_is_checked_too(
    tus: Tus, customer: Any, stored: Any, see: Any
) -> None:
    given = {"Upload-Length": "1000", "Content-Type": CHUNK}
    before = stored()
    wrong = tus.call("POST", PLACE, BODY, **given, Repr_Digest=member("sha-512", b"other"))
    assert (wrong.status_int, wrong.headers.get("Location")) == (400, None)
    empty = tus.call("POST", PLACE, Upload_Length="0", Repr_Digest=member("md5"))
    assert empty.status_int == 400
    assert stored() == before
    assert see(lambda site: list(site.uploads.items())) == []
    right = tus.call("POST", PLACE, BODY, **given, Repr_Digest=member("sha-512"))
    assert customer("GET", right.headers["Mserve-Location"]).body == BODY


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512", "md5"])
def test_metadata_may_hold_the_digest_of_the_whole(tus: Tus, customer: Any, algorithm: str) -> None:
    right = hashlib.new(algorithm, BODY)
    wrong = hashlib.new(algorithm, b"other")
    for value in (wrong.hexdigest(), b64encode(wrong.digest()).decode()):
        assert tus.create(body=BODY, checksum=f"{algorithm} {value}").status_int == 400
        assert customer("GET", "/demo/files/a.bin").status_int == 404
    for value in (right.hexdigest().upper(), b64encode(right.digest()).decode()):
        assert tus.create(body=BODY, checksum=f"{algorithm.upper()} {value}").status_int == 201
    assert tus.create(body=BODY, checksum="").status_int == 201
    assert customer("GET", "/demo/files/a.bin").body == BODY


@pytest.mark.parametrize(
    "said", ["adler32 0a0b0c0d", "sha1", "sha1 xyz", f"sha256 {'0' * 63}", f"sha1 {'g' * 40}"]
)
def test_a_checksum_that_is_none_is_refused(tus: Tus, said: str) -> None:
    answer = tus.create(checksum=said)
    assert answer.status_int == 400
    assert "Upload-Metadata" in answer.json["detail"]


def test_a_digest_is_announced_for_good(tus: Tus, customer: Any) -> None:
    tus.create(length=None)
    right = {"Repr-Digest": member("sha-256")}
    assert tus.patch(0, BODY[:100], **right).status_int == 204
    other = tus.patch(100, BODY[100:200], Repr_Digest=member("sha-256", b"other"))
    assert (other.status_int, tus.offset) == (400, 100)
    assert tus.patch(100, BODY[100:200], **right).status_int == 204
    both = tus.call("POST", PLACE, **{
        "Upload-Length": "1", "Repr-Digest": member("sha-256"),
        "Upload-Metadata": told(checksum=f"sha256 {'0' * 64}"),
    })  # fmt: skip
    assert both.status_int == 400
    malformed = tus.patch(200, BODY[200:], Repr_Digest="sha-256=abc")
    assert (malformed.status_int, tus.offset) == (400, 200)
    more = {"Repr-Digest": member("md5"), "Upload-Length": "1000"}
    assert tus.patch(200, BODY[200:], **more).status_int == 204
    assert customer("GET", "/demo/files/a.bin").body == BODY


@pytest.mark.parametrize("right", [True, False])
def test_a_digest_is_known_after_a_restart(
    lines: Any, app: Any, tus: Tus, customer: Any, db: Any, monkeypatch: Any, right: bool
) -> None:
    given = {"Upload-Length": "1000", "Upload-Metadata": told(filename="a.bin")}
    digest = member("sha-512", BODY if right else b"other")
    tus.url = tus.call("POST", PLACE, **given, Repr_Digest=digest).headers["Location"]
    tus.patch(0, BODY[:500])
    forget_hashings(monkeypatch)
    db.close()
    app.app = main({}, **lines)
    try:
        assert tus.patch(500, BODY[500:]).status_int == (204 if right else 400)
        assert customer("GET", "/demo/files/a.bin").status_int == (200 if right else 404)
    finally:
        app.app.registry._zodb_databases[""].close()


@pytest.mark.parametrize("way", ["HEAD", "PATCH"])
def test_what_a_dead_process_left_is_checked_by_who_finishes_it(
    tus: Tus, customer: Any, db: Any, stored: Any, monkeypatch: Any, way: str
) -> None:
    before = stored()
    tus.create(body=BODY[:999], checksum=f"sha1 {'0' * 40}")
    path = Path(db.storage.temporaryDirectory(), f"upload-{tus.url[-32:]}")
    with path.open("ab") as file:  # the last byte came, and the process died
        file.write(BODY[999:])
    answer = tus.head() if way == "HEAD" else tus.patch(1000, b"")
    assert answer.status_int == 400
    assert tus.head().status_int == 404
    assert stored() == before


def test_a_digest_that_another_request_announces_meanwhile_counts(
    app: Any, tus: Tus, customer: Any
) -> None:
    for body, status in ((BODY, 200), (b"other", 400)):
        tus.create()
        late = {"Repr-Digest": member("sha-512", body)}
        meanwhile = Interrupted(BODY, lambda late=late: tus.patch(0, b"", **late))
        answer = cut(app, tus, "PATCH", tus.url, meanwhile, 1000, HTTP_UPLOAD_OFFSET="0")
        assert answer.status_int == 409
        assert tus.head().status_int == status
    assert customer("GET", "/demo/files/a.bin/-/info").json["version"] == 1


def test_for_a_file_that_is_stored_a_digest_comes_too_late(tus: Tus, customer: Any) -> None:
    tus.create(body=BODY)
    assert tus.patch(1000, b"", Repr_Digest=member("md5", b"other")).status_int == 409
    assert tus.head().status_int == 200
    assert customer("GET", "/demo/files/a.bin").body == BODY


def test_an_upload_of_an_older_version_has_no_digest(tus: Tus, see: Any, customer: Any) -> None:
    tus.create()
    see(lambda site: delattr(site.uploads[tus.url[-32:]], "announced"))
    assert tus.patch(0, BODY).status_int == 204
    assert customer("GET", "/demo/files/a.bin").body == BODY


def test_a_piece_may_have_the_digests_of_other_bytes_that_come(
    app: Any, tus: Tus, customer: Any, temporary: Any
) -> None:
    tus.create()
    half, rest = BODY[:500], BODY[500:]
    md5 = b64encode(hashlib.md5(half).digest()).decode()
    for headers in (
        {"Content-Digest": member("sha-256")},
        {"Content-MD5": b64encode(hashlib.md5(BODY).digest()).decode()},
        {"Content-Digest": member("sha", half), "Content-MD5": md5[::-1]},
        {"Content-Digest": "nonsense"},
    ):
        assert tus.patch(0, half, **headers).status_int == 400
        assert tus.offset == 0
    given = {"Content-Digest": member("sha-512", half), "Content-MD5": md5}
    both = {**given, "Upload-Checksum": checksum(b"other")}
    assert (tus.patch(0, half, **both).status_int, tus.offset) == (460, 0)
    given["Upload-Checksum"] = checksum(half)
    assert tus.patch(0, half, **given).status_int == 204
    last = {"Content-Digest": member("md5", rest), "Repr-Digest": member("sha-512")}
    assert tus.patch(500, rest, **last).status_int == 204
    assert customer("GET", "/demo/files/a.bin").body == BODY
    assert temporary() == []
