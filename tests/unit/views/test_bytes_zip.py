"""A folder as a zip: whole, safe names, true times, one moment's picture, for who may read."""

import io
import subprocess
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from mserve.errors import Missing, Refused
from mserve.resources import clock
from mserve.resources.caveats import Facts
from mserve.resources.key import digest
from mserve.security import Grant, Identity
from mserve.views.content import walk
from mserve.views.content.walk import Entry, Walk, following
from mserve.views.content.zip import arcname, zipped
from tests.unit.support import lent

FOLDER = "/demo/files/"


def opened(answer: Any) -> zipfile.ZipFile:
    assert answer.status_int == 200, answer.body
    found = zipfile.ZipFile(io.BytesIO(answer.body))
    assert found.testzip() is None
    return found


def put(customer: Any, *names: str, body: bytes = b"abc" * 1000) -> None:
    for name in names:
        assert customer("PUT", FOLDER + quote(name), body=body).status_int == 201


def test_a_folder_and_all_below_it(customer: Any, tmp_path: Path) -> None:
    put(customer, "a.txt", "b.jpg", "sub/deep/ü.txt", "sub/empty")
    customer.json("POST", FOLDER, {"type": "folder", "name": "none"})
    answer = customer("GET", f"{FOLDER}?format=zip")
    found = opened(answer)
    assert found.namelist() == [
        "a.txt", "b.jpg", "none/", "sub/", "sub/deep/", "sub/deep/ü.txt", "sub/empty",
    ]  # fmt: skip
    assert found.read("sub/deep/ü.txt") == b"abc" * 1000
    assert found.getinfo("a.txt").compress_type == zipfile.ZIP_DEFLATED
    assert found.getinfo("b.jpg").compress_type == zipfile.ZIP_STORED
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="files.zip"')
    file = tmp_path / "a.zip"
    file.write_bytes(answer.body)
    subprocess.run(["python3", "-m", "zipfile", "-t", str(file)], check=True, capture_output=True)


def test_times_are_those_of_the_tree(customer: Any) -> None:
    put(customer, "a")
    shown = customer("GET", f"{FOLDER}a/-/info").json["modified"]
    when = opened(customer("GET", f"{FOLDER}?format=zip")).getinfo("a").date_time
    at = "{:04}-{:02}-{:02}T{:02}:{:02}".format(*when)
    assert shown.startswith(at)


@pytest.mark.parametrize("accept", ["application/zip", "application/zip, */*;q=0.1", "text/html"])
def test_by_the_query_or_by_accept(customer: Any, accept: str) -> None:
    put(customer, "a")
    query = "?format=zip" if "html" in accept else ""
    answer = customer("GET", FOLDER + query, headers={"Accept": accept})
    assert opened(answer).namelist() == ["a"]


def test_head_has_no_body(customer: Any) -> None:
    answer = customer("HEAD", f"{FOLDER}?format=zip")
    assert (answer.content_type, answer.body) == ("application/zip", b"")


def test_who_may_not_read_gets_none(customer: Any, made: Any, stranger: Any) -> None:
    put(customer, "a")
    assert stranger("GET", f"{FOLDER}?format=zip").status_int == 404
    assert made("renditions")("GET", f"{FOLDER}?format=zip").status_int == 403


def test_names_cannot_lead_out_or_hide() -> None:
    entry = Entry(("..\\..\\x", "a\nb", "C:", "ü"), 0, 1, "", "path")
    assert arcname(entry) == "..%5C..%5Cx/a%0Ab/C:/ü"
    assert arcname(Entry(("a",), 0)) == "a/"


def test_the_zip_shows_the_moment_it_began(
    customer: Any, db: Any, see: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(walk, "PAGE", 2)
    names = ["a", "b", "c", "d/e", "d/f", "g"]
    put(customer, *names)
    kept = lent(db)  # for the next request
    began = begin(db, see, customer)
    found = began.entries()
    first = next(found)
    customer("DELETE", f"{FOLDER}d?recursive=true")
    customer("PUT", f"{FOLDER}g", body=b"new")
    put(customer, "bb", "z")
    assert lent(db) == kept
    paths = ["/".join(each.names) for each in [first, *found]]
    assert paths == ["a", "b", "c", "d", "d/e", "d/f", "g"]
    zip_of_then = zipfile.ZipFile(io.BytesIO(b"".join(zipped(began, None))))
    assert zip_of_then.read("g") == b"abc" * 1000


def test_without_history_a_page_is_of_its_own_moment(
    customer: Any, db: Any, see: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(walk, "PAGE", 2)
    put(customer, "a", "b", "c", "d/e", "d/f", "g")
    began = begin(db, see, customer)
    began.before = None
    found = began.entries()
    first = next(found)
    customer("DELETE", f"{FOLDER}b")
    customer("DELETE", f"{FOLDER}d?recursive=true")
    assert ["/".join(each.names) for each in [first, *found]] == ["a", "b", "c", "g"]


def test_a_key_that_is_revoked_ends_the_download(
    customer: Any, admin: Any, db: Any, see: Any, made: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(walk, "PAGE", 2)
    put(customer, "a", "b", "c")
    reader = made("mfilereadonly")
    found = begin(db, see, reader).entries()
    assert [next(found).names, next(found).names] == [("a",), ("b",)]
    assert customer("DELETE", f"{FOLDER}-/keys/{reader.id}").status_int == 204
    with pytest.raises(Refused):
        next(found)


def test_a_folder_that_went_ends_the_download(
    customer: Any, admin: Any, db: Any, see: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(walk, "PAGE", 2)
    put(customer, "d/a", "d/b", "d/c")
    began = begin(db, see, customer, "d")
    began.before = None
    found = began.entries()
    next(found), next(found)
    customer("DELETE", f"{FOLDER}d?recursive=true")
    with pytest.raises((Missing, Refused)):
        next(found)


def test_deep_trees_need_no_deep_stack(customer: Any, see: Any) -> None:
    depth = 1200
    put(customer, "/".join(["d"] * depth) + "/file")
    paths = see(lambda site: [names for names, _ in following(site["demo"]["files"], ())])
    assert len(paths) == depth + 1
    assert see(lambda site: next(following(site["demo"]["files"], paths[-2]))[0]) == paths[-1]


def begin(db: Any, see: Any, client: Any, *path: str) -> Walk:
    """What a request for the zip begins."""

    def start(site: Any) -> Walk:
        node = site["demo"]["files"]
        for name in path:
            node = node[name]
        grant = Grant(site.key_index[digest(client.key)], Facts(clock.now()))
        return Walk(db, node, Identity("key:", (grant,)))

    return see(start)  # type: ignore[no-any-return]  # see() gives Any
