"""The address that clients of Nextcloud are used to leads to the same tree."""

from hashlib import sha1
from itertools import product
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from mserve import attenuation
from tests.unit.dav.chunking import CHUNKS, FILES
from tests.unit.support import bearer, call

SERVICE = f"{FILES}/demo/files"
LOCK = (
    b'<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope>'
    b"<locktype><write/></locktype></lockinfo>"
)
CHECKSUMS = (
    b'<propfind xmlns="DAV:"><prop><checksums xmlns="http://owncloud.org/ns"/></prop></propfind>'
)


def hrefs(answer: Any) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(answer.body).iter("{DAV:}href")]


class Door:
    """The tree at `address`, which a front has mounted at `prefix`; clients say whole paths."""

    def __init__(self, app: Any, prefix: str, address: str, **asker: str) -> None:
        self.app, self.prefix, self.asker = app, prefix, asker
        self.files = f"{prefix}{address}"
        self.uploads = self.files.replace("/files/", "/uploads/", 1).removesuffix("/demo/files")

    def __call__(self, method: str, path: str, body: bytes = b"", **fields: str) -> Any:
        said = {f"HTTP_{name.upper()}": value for name, value in fields.items()}
        environ = {"SCRIPT_NAME": self.prefix, "CONTENT_LENGTH": str(len(body))}
        inside = path.removeprefix(self.prefix)
        return call(self.app, method, inside, body, **environ, **said, **self.asker)


WAYS = ("", "/prefix"), (False, True)


@pytest.fixture(params=[*product(*WAYS)])
def door(app: Any, customer: Any, request: Any) -> Door:
    prefix, in_path = request.param
    if in_path:
        return Door(app, prefix, f"/k/{customer.key}/-/dav/files/m%C3%A9")
    return Door(app, prefix, SERVICE, **bearer(customer.key))


def test_the_tree_works_there(door: Door) -> None:
    folder = f"{door.files}/folder"
    assert door("MKCOL", folder).status_int == 201
    made = door("PUT", f"{folder}/a%20b.txt", b"one")
    assert made.status_int == 201
    assert urlsplit(made.headers["Location"]).path == f"{folder}/a%20b.txt"
    found = door("PROPFIND", folder, depth="1")
    assert hrefs(found) == [f"{folder}/", f"{folder}/a%20b.txt"]
    copied = door("COPY", f"{folder}/a%20b.txt", destination=f"http://localhost{folder}/c.txt")
    assert copied.status_int == 201
    assert door("GET", f"{folder}/c.txt").body == b"one"
    elsewhere = f"{door.prefix}/dav/demo/files/e.txt"
    assert door("COPY", f"{folder}/c.txt", destination=elsewhere).status_int == 502
    assert door("DELETE", folder).status_int == 204


def test_locks_work_there(door: Door) -> None:
    file, other = f"{door.files}/a%20b.txt", f"{door.files}/c.txt"
    locked = door("LOCK", file, LOCK)
    assert file in hrefs(locked)
    refused = door("PUT", file, b"two")
    assert (refused.status_int, hrefs(refused)) == (423, [file])
    held = f"<http://localhost{file}> ({locked.headers['Lock-Token']})"
    assert door("MOVE", file, destination=other).status_int == 423
    assert door("MOVE", file, destination=other, **{"if": held}).status_int == 201


def test_chunks_come_there(door: Door) -> None:
    target = f"http://localhost{door.files}/e.bin"
    upload = f"{door.uploads}/x%20%C3%A9"
    assert door("MKCOL", upload, destination=target).status_int == 201
    assert door("PUT", f"{upload}/1", b"chunk").status_int == 201
    assert hrefs(door("PROPFIND", upload, depth="1")) == [f"{upload}/", f"{upload}/1"]
    made = door("MOVE", f"{upload}/.file", destination=target)
    assert made.status_int == 201
    assert made.headers["Location"] == target
    assert door("GET", f"{door.files}/e.bin").body == b"chunk"


def test_who_has_no_key_is_asked_for_one(app: Any) -> None:
    for place in (f"{SERVICE}/", f"{CHUNKS}/one", f"{CHUNKS}/one/1"):
        answer = app.request(place, method="PROPFIND", expect_errors=True)
        assert answer.status_int == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
        assert app.request(place, method="OPTIONS").status_int == 200


def test_a_key_as_password_or_a_password_does_for_chunks(dav: Any) -> None:
    target = {"Destination": f"{FILES}/demo/files/a"}
    assert dav("MKCOL", f"{CHUNKS}/one").status_int == 201
    assert dav("PUT", f"{CHUNKS}/one/1", body=b"x").status_int == 201
    assert dav("MOVE", f"{CHUNKS}/one/.file", headers=target).status_int == 201
    wrong = f"/k/{'A' * 43}/-/dav"
    dav.app.authorization = None
    assert dav("PROPFIND", f"{wrong}/files/me/").status_int == 404
    assert dav("MKCOL", f"{wrong}/uploads/me/one").status_int == 404


def test_no_name_is_taken_by_it(customer: Any, admin: Any) -> None:
    for name in ("files", "uploads", "remote.php"):
        assert admin.json("POST", "/", {"name": name}).status_int == 201
        assert admin("PROPFIND", f"{FILES}/{name}/", headers={"Depth": "0"}).status_int == 207
    assert admin("GET", "/-/dav/other/me").status_int == 404
    assert admin("GET", "/-/dav/files").status_int == 404


def test_sha1_is_known_of_what_comes_by_it(customer: Any) -> None:
    body, digest = b"of people", sha1(b"of people").hexdigest()
    customer("PUT", f"{SERVICE}/a.txt", body=body)
    customer("PUT", "/dav/demo/files/b.txt", body=body)
    customer("PUT", "/dav/demo/files/c.txt", body=body, headers={"OC-Checksum": f"SHA1:{digest}"})
    customer("COPY", f"{SERVICE}/a.txt", headers={"Destination": f"{SERVICE}/copy.txt"})
    customer("MOVE", f"{SERVICE}/a.txt", headers={"Destination": f"{SERVICE}/moved.txt"})
    for name, known in (("copy", True), ("moved", True), ("b", False), ("c", True)):
        told = customer("PROPFIND", f"{SERVICE}/{name}.txt", body=CHECKSUMS, headers={"Depth": "0"})
        assert (f"SHA1:{digest}" in told.text) == known, name
        shown = customer("GET", f"/demo/files/{name}.txt", headers={"Accept": "application/json"})
        assert shown.json["sha1"] == (digest if known else None)
    customer("PUT", "/dav/demo/files/c.txt", body=b"other")
    [version] = customer("GET", "/demo/files/c.txt/-/versions").json["items"]
    assert version["sha1"] == digest


def test_an_attenuated_key_does_not_find_the_chunks_of_the_whole(customer: Any) -> None:
    customer("MKCOL", f"{CHUNKS}/one")
    narrow = attenuation.append(customer.key, {"methods": ["PROPFIND", "PUT", "MKCOL", "DELETE"]})
    headers = {"Authorization": f"Bearer {narrow}"}
    assert customer("PROPFIND", f"{CHUNKS}/one", headers=headers).status_int == 404
    assert customer("MKCOL", f"{CHUNKS}/one", headers=headers).status_int == 201
    assert customer("DELETE", f"{CHUNKS}/one", headers=headers).status_int == 204
    assert customer("PROPFIND", f"{CHUNKS}/one").status_int == 207
