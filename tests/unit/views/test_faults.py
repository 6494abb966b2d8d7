"""Bodies that break off and disks that are full: on every way in nothing is stored or left."""

import io
import random
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.support import bearer, call, form

BODY = random.Random(4).randbytes(50_000)
FOLDER = "/demo/files/"
CHUNK = "application/offset+octet-stream"


def zipped(body: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("small", b"x")
        archive.writestr("large", body)
    return target.getvalue()


WAYS: dict[str, tuple[str, str, Callable[[bytes], bytes], dict[str, str]]] = {
    "put": ("PUT", f"{FOLDER}a", bytes, {}),
    "form": (
        "POST",
        FOLDER,
        lambda body: form(("small", b"x"), ("large", body)),
        {"CONTENT_TYPE": "multipart/form-data; boundary=XX"},
    ),
    "unpack": ("POST", f"{FOLDER}?unpack=zip", zipped, {"CONTENT_TYPE": "application/zip"}),
    "unpack of a form": (
        "POST",
        f"{FOLDER}?unpack=zip",
        lambda body: form(("a.zip", zipped(body))),
        {"CONTENT_TYPE": "multipart/form-data; boundary=XX"},
    ),
}


class Broken(io.BytesIO):
    """What servers that stream make of chunks that end too soon: an error after the last byte."""

    def read(self, size: int | None = -1, /) -> bytes:
        if block := super().read(size):
            return block
        raise ConnectionResetError("the client is gone")


@pytest.mark.parametrize("tenth", range(10))
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_a_body_that_is_cut_stores_nothing(
    app: Any, customer: Any, stored: Any, way: str, tenth: int, chunked: bool
) -> None:
    method, url, make, environ = WAYS[way]
    whole = make(BODY)
    part = whole[: len(whole) * tenth // 10]
    environ = {**environ, **bearer(customer.key)}
    before = stored()
    if chunked:
        environ |= {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
        answer = call(app, method, url, Broken(part), **environ)
    else:
        answer = call(app, method, url, part, **environ, CONTENT_LENGTH=str(len(whole)))
    assert answer.status_int == 400, answer.body
    assert stored() == before


def test_the_same_bodies_are_stored_where_they_are_whole(app: Any, customer: Any) -> None:
    for number, (method, url, make, environ) in enumerate(WAYS.values()):
        customer.json("POST", FOLDER, {"type": "folder", "name": str(number)})
        body = make(BODY)
        environ = {**environ, **bearer(customer.key), "CONTENT_LENGTH": str(len(body))}
        url = url.replace(FOLDER, f"{FOLDER}{number}/")
        assert call(app, method, url, body, **environ).status_int == 201


def test_a_former_content_stays_where_the_new_one_is_cut(app: Any, customer: Any) -> None:
    customer("PUT", f"{FOLDER}a", body=b"old")
    environ = {**bearer(customer.key), "CONTENT_LENGTH": "50000"}
    assert call(app, "PUT", f"{FOLDER}a", BODY[:-1], **environ).status_int == 400
    assert customer("GET", f"{FOLDER}a").body == b"old"


class TestFullDisk:
    """The blobs lie on a file system of 4 MiB; to mount it takes root, as which the tests run."""

    @pytest.fixture
    def lines(self, lines: dict[str, str], tmp_path: Path) -> Iterator[dict[str, str]]:
        blobs = tmp_path / "data" / "blobs"
        blobs.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", str(blobs)]
        subprocess.run(mount, check=True)
        try:
            yield lines
        finally:
            subprocess.run(["umount", "--lazy", str(blobs)], check=True)

    @pytest.mark.parametrize("way", WAYS)
    def test_nothing_is_stored(self, app: Any, customer: Any, stored: Any, way: str) -> None:
        method, url, make, environ = WAYS[way]
        assert customer("PUT", f"{FOLDER}there", body=b"x").status_int == 201
        body = make(bytes(5 << 20))
        before = stored()
        environ = {**environ, **bearer(customer.key), "CONTENT_LENGTH": str(len(body))}
        answer = call(app, method, url, body, **environ)
        assert answer.status_int == 507
        assert answer.json["type"] == "urn:mserve:problem:storage-full"
        assert stored() == before
        assert customer("PUT", f"{FOLDER}after", body=bytes(3 << 20)).status_int == 201

    def test_a_piece_is_kept_as_far_as_it_went(self, customer: Any, db: Any) -> None:
        tus = {"Tus-Resumable": "1.0.0"}
        size = 5 << 20
        made = customer("POST", f"{FOLDER}-/uploads", headers={**tus, "Upload-Length": str(size)})
        where = made.headers["Location"]
        piece = {**tus, "Upload-Offset": "0", "Content-Type": CHUNK}
        assert customer("PATCH", where, body=bytes(size), headers=piece).status_int == 507
        offset = int(customer("HEAD", where, headers=tus).headers["Upload-Offset"])
        assert 3 << 20 < offset < size
        assert customer("DELETE", where, headers=tus).status_int == 204
        assert customer("PUT", f"{FOLDER}after", body=bytes(3 << 20)).status_int == 201
