"""Announced digests: checked on every way in, and nothing is stored where one is wrong."""

import hashlib
from base64 import b64encode
from typing import Any

import pytest

from mserve.resources.hashing import BESIDE
from tests.unit.support import form

BODY = b"bytes that are sure to be these\n"
BIG = bytes(range(256)) * (BESIDE // 256 + 4096)
PLACE = "/demo/files/a"
NAMES = {"sha-256": "sha256", "sha-512": "sha512", "sha": "sha1", "md5": "md5"}


def text(algorithm: str, body: bytes = BODY) -> str:
    return b64encode(hashlib.new(NAMES[algorithm], body).digest()).decode()


def member(algorithm: str, body: bytes = BODY) -> str:
    return f"{algorithm}=:{text(algorithm, body)}:"


RIGHT = [
    {"Content-Digest": member("sha-256")},
    {"Repr-Digest": member("sha-512")},
    {"Content-Digest": f"{member('sha-256')}, {member('sha-512')}"},
    {"Content-Digest": member("md5"), "Repr-Digest": member("sha"), "Content-MD5": text("md5")},
    {"Content-Digest": f"unixsum=:AAAA:, {member('sha-256')};extra=1"},
    {"Content-Digest": member("sha-256").replace("=:", "=:", 1).replace("=:", "=:")},
    {"Content-Digest": ""},
]

WRONG = [
    {"Content-Digest": member("sha-256", b"others")},
    {"Repr-Digest": member("sha-512", b"others")},
    {"Content-Digest": f"{member('sha-256')}, {member('md5', b'others')}"},
    {"Content-Digest": member("sha-256"), "Repr-Digest": member("sha", b"others")},
    {"Content-MD5": text("md5", b"others")},
]

MALFORMED = [
    {"Content-Digest": "sha-256=abc"},
    {"Content-Digest": f"SHA-256=:{text('sha-256')}:"},
    {"Content-Digest": f"sha-256=:{text('md5')}:"},
    {"Repr-Digest": "sha-256=:====:"},
    {"Repr-Digest": "nonsense"},
    {"Content-MD5": "not base64!"},
    {"Content-MD5": text("sha-256")},
]


@pytest.mark.parametrize("headers", RIGHT)
def test_bytes_that_are_as_announced_are_stored(customer: Any, headers: Any) -> None:
    answer = customer("PUT", PLACE, body=BODY, headers=headers)
    assert answer.status_int == 201, answer.json
    assert customer("GET", PLACE).body == BODY


@pytest.mark.parametrize("headers", WRONG)
def test_other_bytes_are_refused(customer: Any, stored: Any, headers: Any) -> None:
    before = stored()
    answer = customer("PUT", PLACE, body=BODY, headers=headers)
    assert answer.status_int == 400
    assert answer.json["type"] == "urn:mserve:problem:digest-mismatch"
    assert stored() == before


@pytest.mark.parametrize("headers", MALFORMED)
def test_what_is_no_digest_is_refused_with_what_is_right(
    customer: Any, stored: Any, headers: Any
) -> None:
    before = stored()
    answer = customer("PUT", PLACE, body=BODY, headers=headers)
    assert answer.status_int == 400
    assert "for example" in answer.json["detail"]
    assert stored() == before


def test_much_is_hashed_beside_the_writing(customer: Any, stored: Any) -> None:
    headers = {"Content-Digest": f"{member('sha-256', BIG)}, {member('md5', BIG)}"}
    answer = customer("PUT", PLACE, body=BIG, headers=headers)
    assert answer.json["sha256"] == hashlib.sha256(BIG).hexdigest()
    before = stored()
    assert customer("PUT", PLACE, body=BIG[:-1] + b"x", headers=headers).status_int == 400
    assert stored() == before


def test_a_former_content_stays_where_the_new_one_is_not_as_announced(customer: Any) -> None:
    customer("PUT", PLACE, body=BODY)
    assert customer("PUT", PLACE, body=b"new", headers=WRONG[0]).status_int == 400
    assert customer("GET", PLACE).body == BODY


def send_form(client: Any, *lines: str, body: bytes = BODY, **headers: str) -> Any:
    content = form(("a", b"first"), ("b", body))
    head = "".join(f"{line}\r\n" for line in lines).encode()
    content = content.replace(b'filename="b"\r\n', b'filename="b"\r\n' + head)
    headers["Content-Type"] = "multipart/form-data; boundary=XX"
    return client("POST", "/demo/files/", body=content, headers=headers)


def test_a_part_of_a_form_has_digests_of_its_own(customer: Any, stored: Any) -> None:
    before = stored()
    for lines in (
        [f"Content-Digest: {member('sha-512', b'others')}"],
        [f"Content-Digest: {member('sha-512')}", f"Content-MD5: {text('md5', b'others')}"],
        ["Repr-Digest: nonsense"],
    ):
        assert send_form(customer, *lines).status_int == 400
        assert stored() == before
    assert send_form(customer, f"Content-MD5: {text('md5')}").status_int == 201


def test_the_digest_of_a_request_is_of_its_whole_body(customer: Any, stored: Any) -> None:
    content = form(("a", b"first"), ("b", BODY))
    before = stored()
    wrong = send_form(customer, **{"Content-Digest": member("sha-256", b"first")})
    assert wrong.json["type"] == "urn:mserve:problem:digest-mismatch"
    assert stored() == before
    right = send_form(customer, **{"Content-Digest": member("sha-256", content)})
    assert right.status_int == 201


def test_codings_and_parts_of_files_are_refused(customer: Any, stored: Any) -> None:
    before = stored()
    coded = customer("PUT", PLACE, body=BODY, headers={"Content-Encoding": "gzip"})
    assert coded.status_int == 415
    part = customer("PUT", PLACE, body=BODY, headers={"Content-Range": "bytes 0-31/64"})
    assert part.status_int == 400
    assert stored() == before
