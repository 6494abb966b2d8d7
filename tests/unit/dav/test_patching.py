"""PATCH as SabreDAV has it: a part of a file is replaced, or added at its end."""

from base64 import b64encode
from hashlib import sha256
from typing import Any

import pytest

from mserve import database
from mserve.dav.patching import KIND
from mserve.resources.metrics import INGEST
from tests.unit.dav.conftest import DRIVE
from tests.unit.support import Interrupted, bearer, call

FILE = f"{DRIVE}/a.txt"
BODY = b"0123456789"


@pytest.fixture
def patch(dav: Any) -> Any:
    """`patch(range, body)` of a file with ten digits."""
    dav("PUT", FILE, body=BODY, headers={"Content-Type": "text/csv"})

    def send(said: str | None, body: bytes = b"ab", **headers: str) -> Any:
        given = {"Content-Type": KIND, **{n.replace("_", "-"): v for n, v in headers.items()}}
        if said is not None:
            given["X-Update-Range"] = said
        return dav("PATCH", FILE, body=body, headers=given)

    return send


RIGHT = {
    "bytes=3-4": b"012ab56789",
    "bytes=0-1": b"ab23456789",
    "bytes=8-9": b"01234567ab",
    "bytes=9-10": b"012345678ab",
    "bytes=10-11": b"0123456789ab",
    "bytes=3-": b"012ab56789",
    "bytes=10-": b"0123456789ab",
    "bytes=-2": b"01234567ab",
    "bytes=-1": b"012345678ab",
    "bytes=-10": b"ab23456789",
    "append": b"0123456789ab",
}


@pytest.mark.parametrize("said", RIGHT)
def test_a_part_is_put_into_the_next_version(dav: Any, patch: Any, said: str) -> None:
    answer = patch(said, X_OC_Mtime="1500000000")
    assert answer.status_int == 204
    assert answer.headers["ETag"] == f'"{sha256(RIGHT[said]).hexdigest()}"'
    assert answer.headers["X-OC-Mtime"] == "accepted"
    found = dav("GET", FILE)
    assert found.body == RIGHT[said]
    assert found.headers["ETag"] == answer.headers["ETag"]
    assert found.headers["Content-Type"].startswith("text/csv")
    assert "02:40:00" in found.headers["Last-Modified"]
    [before] = dav("GET", "/demo/files/a.txt/-/versions").json["items"]
    assert before["sha256"] == sha256(BODY).hexdigest()


def test_nothing_is_a_part_too(dav: Any, patch: Any) -> None:
    assert patch("append", b"").status_int == 204
    assert dav("GET", FILE).body == BODY


WRONG = {
    "no range": (None, {}, 400),
    "a word": ("everything", {}, 400),
    "no number": ("bytes=a-b", {}, 400),
    "two ranges": ("bytes=0-1,3-4", {}, 400),
    "a gap": ("bytes=11-12", {}, 416),
    "another length": ("bytes=3-5", {}, 416),
    "backwards": ("bytes=5-3", {}, 416),
    "before the beginning": ("bytes=-11", {}, 416),
    "another type": ("append", {"Content-Type": "application/octet-stream"}, 415),
    "another tag": ("append", {"If-Match": '"aa"'}, 412),
    "another digest": ("append", {"Content-MD5": b64encode(bytes(16)).decode()}, 400),
    "another whole": ("append", {"Repr-Digest": f"md5=:{b64encode(bytes(16)).decode()}:"}, 400),
    "a coding": ("append", {"Content-Encoding": "gzip"}, 415),
    "too much": (f"bytes={10**17}-{10**17 + 1}", {}, 416),
}


@pytest.mark.parametrize("fault", WRONG)
def test_what_is_refused_changes_nothing(dav: Any, patch: Any, stored: Any, fault: str) -> None:
    said, headers, status = WRONG[fault]
    before = stored()
    answer = patch(said, **headers)
    assert answer.status_int == status, answer.text
    assert answer.json["detail"]
    assert stored() == before


def test_without_a_length_it_is_refused(dav: Any, patch: Any) -> None:
    told = call(
        dav.app, "PATCH", FILE, b"ab", CONTENT_TYPE=KIND, HTTP_X_UPDATE_RANGE="append",
        HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="", **bearer(dav.key),
    )  # fmt: skip
    assert told.status_int == 411


def test_a_part_that_is_cut_short_changes_nothing(dav: Any, patch: Any, stored: Any) -> None:
    before = stored()
    told = call(
        dav.app, "PATCH", FILE, b"a", CONTENT_TYPE=KIND, HTTP_X_UPDATE_RANGE="append",
        CONTENT_LENGTH="2", **bearer(dav.key),
    )  # fmt: skip
    assert told.status_int == 400
    assert stored() == before


def test_of_two_at_once_one_is_told_to_try_again(dav: Any, patch: Any) -> None:
    other = Interrupted(b"ab", lambda: patch("bytes=0-0", b"x"))
    told = call(
        dav.app, "PATCH", FILE, other, CONTENT_TYPE=KIND, HTTP_X_UPDATE_RANGE="append",
        CONTENT_LENGTH="2", **bearer(dav.key),
    )  # fmt: skip
    assert told.status_int == 409
    assert dav("GET", FILE).body == b"x123456789"


def test_what_came_is_metered_and_the_update_workflow_runs(
    dav: Any, patch: Any, db: Any, see: Any
) -> None:
    came = see(lambda site: site["demo"]["files"].usage.get(INGEST).total)
    patch("append", b"abcd")
    assert see(lambda site: site["demo"]["files"].usage.get(INGEST).total) == came + 4
    job = dav("GET", "/demo/files/a.txt/-/jobs").json["items"][0]
    assert job["workflow"] == "update"


def test_who_may_not_write_and_what_is_locked_is_refused(dav: Any, patch: Any, made: Any) -> None:
    headers = {"Content-Type": KIND, "X-Update-Range": "append"}
    assert made("mfilereadonly")("PATCH", FILE, body=b"x", headers=headers).status_int == 403
    lock = (
        b'<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope>'
        b"<locktype><write/></locktype></lockinfo>"
    )
    token = dav("LOCK", FILE, body=lock).headers["Lock-Token"]
    assert patch("append").status_int == 423
    assert patch("append", If=f"({token})").status_int == 204
    assert dav("PATCH", f"{DRIVE}/none", body=b"x", headers=headers).status_int == 404
    assert dav("PATCH", f"{DRIVE}/", body=b"x", headers=headers).status_int == 405


def test_it_is_announced_and_rest_has_another_patch(dav: Any, patch: Any, db: Any) -> None:
    answer = dav("OPTIONS", FILE)
    assert "sabredav-partialupdate" in answer.headers["DAV"]
    assert "PATCH" in answer.headers["Allow"]
    renamed = dav.json("PATCH", "/demo/files/a.txt", {"name": "b.txt"})
    assert renamed.status_int == 200
    assert database.run(db, lambda site: site["demo"]["files"]["b.txt"].content.size) == 10
