"""Files that come in chunks, as Nextcloud's clients and rclone send them."""

import os
import time
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any

import pytest

from mserve.resources import assembly
from mserve.resources.partial import Partial, upload_of
from mserve.settings import Settings
from mserve.tasks.abandoned import ABANDONED, remove_abandoned
from mserve.views import pieces
from tests.unit.conftest import Client
from tests.unit.dav.chunking import CHUNKS, FILES, Upload
from tests.unit.support import call

MOST = 3  # uploads at once
LIMIT = 20_000  # bytes of one
BODY = bytes(range(256)) * 40
PARTS = (BODY[:4000], BODY[4000:8000], BODY[8000:])


@pytest.fixture
def lines(lines: dict[str, str]) -> dict[str, str]:
    return lines | {"mserve.dav_uploads": str(MOST), "mserve.upload_limit": str(LIMIT)}


@pytest.fixture
def upload(customer: Client, settings: Settings) -> Upload:
    return Upload(customer, settings.data)


def test_chunks_become_a_file(upload: Upload) -> None:
    assert upload.begin().status_int == 201
    for number, part in enumerate(PARTS, 1):
        assert upload.put(number, part).status_int == 201
    made = upload.end(OC_Total_Length=str(len(BODY)), X_OC_Mtime="1500000000")
    assert made.status_int == 201
    assert made.headers["ETag"] == f'"{sha256(BODY).hexdigest()}"'
    assert made.headers["X-OC-Mtime"] == "accepted"
    assert upload.content() == BODY
    assert "02:40:00" in upload.dav("GET", upload.target).headers["Last-Modified"]
    assert upload.listed().status_int == 404
    assert upload.left() == []


def test_chunks_that_come_in_their_turn_are_not_copied(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assembly, "joined", None)
    upload.fill(PARTS)
    assert upload.end().status_int == 201
    upload.begin()
    for number in (3, 1, 2):  # 3 waits for its turn
        upload.put(number, PARTS[number - 1])
    assert upload.end().status_int == 204
    assert upload.content() == BODY


ORDERS = ((1, 2, 3), (3, 2, 1), (2, 3, 1, 2), (1, 1, 2, 3, 2), (3, 3, 1, 2))


@pytest.mark.parametrize("order", ORDERS)
def test_chunks_come_in_any_order_and_again(upload: Upload, order: tuple[int, ...]) -> None:
    upload.begin()
    for at, number in enumerate(order):
        again = number in order[:at]
        later = number in order[at + 1 :]
        part = b"other" if later else PARTS[number - 1]
        assert upload.put(f"{number:05}", part).status_int == (204 if again else 201)
    assert upload.end(OC_Total_Length=str(len(BODY))).status_int == 201
    assert upload.content() == BODY


def test_a_chunk_that_is_sent_again_after_a_refused_end_counts(upload: Upload) -> None:
    upload.fill((PARTS[0], b"wrong", PARTS[2]))
    said = {"OC-Checksum": f"SHA1:{sha1(BODY).hexdigest()}"}
    assert upload.end(**said).status_int == 400
    assert upload.put(2, PARTS[1]).status_int == 204
    assert upload.end(**said).status_int == 201
    assert upload.content() == BODY


def test_names_may_tell_bytes_as_those_of_rclone(upload: Upload) -> None:
    upload.begin(Destination="")
    end = 0
    for part in PARTS:
        name = f"{end:015}-{end + len(part) - 1:015}"
        assert upload.put(name, part, Destination="").status_int == 201
        end += len(part)
    assert upload.end().status_int == 201
    assert upload.content() == BODY


def test_what_has_come_is_listed(upload: Upload) -> None:
    upload.begin()
    for name in ("00003", "00001"):
        upload.put(name, PARTS[int(name) - 1])
    told = upload.listed()
    assert told.status_int == 207
    hrefs = [each.text for each in told.xml.iter("{DAV:}href")]
    assert hrefs == [f"{upload.place}/", f"{upload.place}/00001", f"{upload.place}/00003"]
    sizes = [int(each.text or "") for each in told.xml.iter("{DAV:}getcontentlength")]
    assert sizes == [4000, len(PARTS[2])]
    alone = upload.dav("PROPFIND", upload.place, headers={"Depth": "0"})
    assert alone.text.count("<D:href>") == 1


WRONG_ENDS = {
    "another length": (PARTS, {"OC-Total-Length": "9"}, 400, "have 10240"),
    "no length": (PARTS, {"OC-Total-Length": "nine"}, 400, "a number of bytes"),
    "another digest": (PARTS, {"OC-Checksum": f"SHA1:{'0' * 40}"}, 400, "nothing was stored"),
    "a missing chunk": ((PARTS[0], None, PARTS[2]), {}, 409, "chunk 2 is missing"),
    "no first chunk": ((None, PARTS[1]), {}, 409, "send 1 first"),
    "no chunks": ((), {}, 409, "no chunk"),
    "no folder": (PARTS, {"Destination": f"{FILES}/demo/files/none/a"}, 409, "not there"),
    "another host": (PARTS, {"Destination": "http://other/a"}, 502, "should be below"),
    "another tree": (PARTS, {"Destination": "/demo/files/a"}, 502, "should be below"),
    "no destination": (PARTS, {"Destination": ""}, 400, "Destination"),
    "a container": (PARTS, {"Destination": f"{FILES}/demo/new"}, 404, "here"),
    "a condition": (PARTS, {"If-Match": '"aa"'}, 412, "If-Match"),
    "a wrong time": (PARTS, {"X-OC-Mtime": "now"}, 400, "seconds"),
}


@pytest.mark.parametrize("fault", WRONG_ENDS)
def test_an_end_that_is_refused_loses_no_chunk(upload: Upload, stored: Any, fault: str) -> None:
    parts, said, status, words = WRONG_ENDS[fault]
    upload.fill(parts)
    before = stored()
    refused = upload.end(**said)
    assert refused.status_int == status
    assert words in refused.json["detail"]
    after = stored()
    assert (after.children, after.figures) == (before.children, before.figures)
    missing = [number for number, part in enumerate(parts, 1) if part is None] or [1]
    for number in missing:
        upload.put(number, PARTS[number - 1])
    for number in range(len(parts) + 1, 4):
        upload.put(number, PARTS[number - 1])
    assert upload.end().status_int == 201
    assert upload.content() == BODY


def test_an_end_upon_a_file_makes_its_next_version(upload: Upload) -> None:
    old = upload.dav("PUT", f"{FILES}{upload.target}", body=b"old").headers["ETag"]
    upload.fill(PARTS)
    assert upload.end(Overwrite="F").status_int == 412
    url = f"http://localhost{FILES}{upload.target}"
    assert upload.end(If=f'<{url}> (["aa"])').status_int == 412
    assert upload.end(If=f"<{url}> ([{old}])").status_int == 204
    assert upload.content() == BODY
    versions = upload.dav("GET", "/demo/files/a.bin/-/versions").json["items"]
    assert [each["size"] for each in versions] == [3]


WRONG_CHUNKS = {
    "name": ("first", {}, 400),
    "number": ("10001", {}, 400),
    "range": ("9-3", {}, 400),
    "digest": ("1", {"OC-Checksum": f"MD5:{'0' * 32}"}, 400),
    "length": ("1", {"OC-Total-Length": "x"}, 400),
    "large": ("1", {"OC-Total-Length": str(1 << 50)}, 413),
    "coded": ("1", {"Content-Encoding": "gzip"}, 415),
}


@pytest.mark.parametrize("fault", WRONG_CHUNKS)
def test_a_chunk_that_is_refused_changes_nothing(upload: Upload, fault: str) -> None:
    name, said, status = WRONG_CHUNKS[fault]
    upload.begin()
    upload.put("2", b"two")
    assert upload.put(name, b"bytes", **said).status_int == status
    assert upload.names() == ["2"]
    upload.put("1", b"one, ")
    assert upload.put(name if name != "1" else "2", b"bytes", **said).status_int == status
    upload.end()
    assert upload.content() == b"one, two"


@pytest.mark.parametrize("kept", [(), (1,), (2,), (1, 2)])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_chunk_that_is_cut_short_leaves_what_was_there(
    upload: Upload, kept: tuple[int, ...], number: int
) -> None:
    upload.begin()
    for each in kept:
        upload.put(each, PARTS[each - 1])
    key = {"HTTP_AUTHORIZATION": f"Bearer {upload.dav.key}"}
    cut = call(
        upload.dav.app, "PUT", f"{upload.place}/{number}", PARTS[number - 1][:-1],
        CONTENT_LENGTH=str(len(PARTS[number - 1])), **key,
    )  # fmt: skip
    assert cut.status_int == 400
    assert upload.names() == [*map(str, kept)]
    for each in {1, 2, 3} - {*kept}:
        upload.put(each, PARTS[each - 1])
    assert upload.end().status_int == 201
    assert upload.content() == BODY


def test_what_a_killed_process_has_left_is_not_part_of_the_file(upload: Upload) -> None:
    upload.fill(PARTS[:1])
    base = next(path for path in upload.files() if path.name.startswith("upload-"))
    with base.open("ab") as file:
        file.write(b"of a chunk that was on its way")
    upload.put(2, PARTS[1])
    with base.open("ab") as file:
        file.write(b"the same again")
    upload.put(3, PARTS[2])
    with base.open("ab") as file:
        file.write(b"and at the end")
    assert upload.end().status_int == 201
    assert upload.content() == BODY


def test_a_file_that_another_process_received_is_hashed_at_its_end(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload.fill(PARTS[:2])
    monkeypatch.setattr("mserve.dav.receiving.HASHINGS", pieces.Hashings())
    upload.put(3, PARTS[2])
    made = upload.end()
    assert made.headers["ETag"] == f'"{sha256(BODY).hexdigest()}"'


def test_an_upload_that_was_begun_anew_knows_nothing_of_the_first(upload: Upload) -> None:
    upload.fill((b"x" * 4000,))
    assert upload.begin().status_int == 405
    assert upload.dav("DELETE", upload.place).status_int == 204
    assert upload.dav("DELETE", upload.place).status_int == 404
    assert upload.put(1, PARTS[0]).status_int == 404
    upload.fill(PARTS)
    made = upload.end()
    assert made.headers["ETag"] == f'"{sha256(BODY).hexdigest()}"'
    assert upload.content() == BODY


def test_two_requests_append_at_once_and_one_ends_at_a_time(upload: Upload) -> None:
    upload.begin()
    (lock,) = (path for path in upload.files() if upload_of(path.name))
    with Partial(str(lock.parent), upload_of(lock.name) or "").lease():
        assert upload.put(1, PARTS[0]).status_int == 201
        assert upload.put(2, PARTS[1]).status_int == 201
        assert upload.end().status_int == 423
    upload.put(3, PARTS[2])
    assert upload.end().status_int == 201
    assert upload.content() == BODY


def test_uploads_are_of_who_has_begun_them(upload: Upload, made: Any) -> None:
    other = made("servicecustomer")
    upload.fill(PARTS)
    theirs = Upload(other, upload.data)
    for answer in (theirs.listed(), theirs.put(1, b"x"), theirs.end()):
        assert answer.status_int == 404
    assert theirs.dav("DELETE", theirs.place).status_int == 404
    assert theirs.begin().status_int == 201
    assert upload.end().status_int == 201


@pytest.mark.parametrize("role", ["mfilereadonly", "renditions", "auditor"])
def test_who_may_not_write_begins_nothing(upload: Upload, made: Any, role: str) -> None:
    theirs = Upload(made(role), upload.data)
    assert theirs.begin().status_int == 403
    assert theirs.begin(Destination="").status_int == 403
    assert theirs.left() == []


def test_a_key_that_was_revoked_meanwhile_makes_no_file(upload: Upload, made: Any) -> None:
    key = made("mfilereadwrite")
    theirs = Upload(key, upload.data)
    theirs.fill(PARTS)
    upload.dav("DELETE", f"/demo/files/-/keys/{key.id}")
    assert theirs.end().status_int == 401
    assert upload.dav("GET", upload.target).status_int == 404


def test_a_lock_is_told_before_chunks_are_sent(upload: Upload, made: Any) -> None:
    lock = (
        b'<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope>'
        b"<locktype><write/></locktype></lockinfo>"
    )
    token = upload.dav("LOCK", f"{FILES}{upload.target}", body=lock).headers["Lock-Token"]
    assert upload.begin().status_int == 423
    upload.fill(PARTS, Destination="")
    assert upload.end().status_int == 423
    assert upload.end(If=f"<{FILES}{upload.target}> ({token})").status_int == 204
    assert upload.content() == BODY


@pytest.mark.parametrize("target", ["none/a", "", "x" * 300])
def test_a_place_where_no_file_can_be_is_told_at_once(upload: Upload, target: str) -> None:
    said = f"{FILES}/demo/files/{target}"
    assert upload.begin(Destination=said).status_int in (400, 409)
    assert upload.begin(Destination=f"{FILES}/none/a").status_int == 404
    assert upload.left() == []


def test_a_dropbox_takes_chunks_and_shows_nothing(upload: Upload, made: Any) -> None:
    theirs = Upload(made("dropbox"), upload.data)
    upload.dav("PUT", upload.target, body=b"of another")
    for part in (BODY, b"more"):
        theirs.fill((part,))
        assert theirs.end().status_int == 201
    names = [each["name"] for each in upload.dav("GET", "/demo/files/").json["items"]]
    assert len(names) == 3
    assert upload.content() == b"of another"


def test_so_many_uploads_are_under_way_at_once(upload: Upload) -> None:
    for number in range(MOST):
        assert upload.dav("MKCOL", f"{CHUNKS}/n{number}").status_int == 201
    assert upload.dav("MKCOL", f"{CHUNKS}/more").status_int == 507
    assert upload.dav("DELETE", f"{CHUNKS}/n0").status_int == 204
    assert upload.dav("MKCOL", f"{CHUNKS}/more").status_int == 201


def test_chunks_may_not_be_more_than_one_upload(upload: Upload) -> None:
    upload.begin()
    half = b"x" * (LIMIT // 2 + 1)
    assert upload.put(1, half).status_int == 201
    assert upload.put(2, half).status_int == 413
    key = {"HTTP_AUTHORIZATION": f"Bearer {upload.dav.key}"}
    plain = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    told = call(upload.dav.app, "PUT", f"{upload.place}/2", half, **plain, **key)
    assert told.status_int == 413
    assert upload.put(1, half).status_int == 204
    assert upload.names() == ["1"]
    upload.end()
    assert len(upload.content()) == len(half)


def test_what_nobody_goes_on_with_is_removed_after_a_day(upload: Upload) -> None:
    upload.fill(PARTS[:1])
    folder = upload.left()[0]
    old = time.time() - ABANDONED - 60
    for path in upload.files():
        os.utime(path, (old, old))
    os.utime(folder, (old, old))
    upload.put(3, PARTS[2])
    remove_abandoned(folder.parent, ABANDONED)
    assert upload.names() == ["1", "3"]
    for path in (*upload.files(), folder):
        os.utime(path, (old, old))
    remove_abandoned(folder.parent, ABANDONED)
    assert upload.put(2, PARTS[1]).status_int == 404
    assert upload.left() == []


@pytest.mark.parametrize("method", ["GET", "POST", "COPY", "LOCK", "PROPPATCH"])
def test_nothing_else_is_done_with_chunks(upload: Upload, method: str) -> None:
    upload.fill(PARTS)
    for place in (upload.place, f"{upload.place}/1"):
        assert upload.dav(method, place).status_int == 405
    assert upload.dav("MOVE", upload.place).status_int == 405
    for method in ("MKCOL", "PROPFIND", "DELETE"):
        assert upload.dav(method, f"{upload.place}/1").status_int == 405
    assert "MKCOL" in upload.dav("OPTIONS", upload.place).headers["Allow"]
    assert upload.dav("PROPFIND", CHUNKS).status_int == 404
    assert Path(upload.left()[0]).is_dir()
