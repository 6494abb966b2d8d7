"""PROPFIND: what of the properties of files and folders is told, to whom, and in which shape."""

from typing import Any
from urllib.parse import quote, unquote

import pytest
from defusedxml.ElementTree import fromstring
from webtest import TestApp

from mserve import ingest
from mserve.resources.names import check_name
from tests.unit.conftest import Client
from tests.unit.dav.finding import FILES, D, O, Z, condition, propfind, sync, told
from tests.unit.support import spool

USUAL = {"creationdate", "displayname", "getlastmodified", "lockdiscovery", "resourcetype",
         "supportedlock"}  # fmt: skip
NAMES = ("a&b", "<x>", 'q"', "100%", "ä\u2028", "\ufffe", "x\x01y", "a;b", "#?", "\x7f", " ")
OF_FILES = {"getcontentlength", "getcontenttype", "getetag"}


@pytest.fixture(autouse=True)
def _filled(customer: Client) -> None:
    for place, body in (("a.txt", b"abc"), ("b/c.jpg", b"picture"), ("b/d/e", b"")):
        assert customer("PUT", f"/demo/files/{place}", body=body).status_int == 201


def test_all_that_is_usual_is_told_where_nothing_is_named(customer: Client) -> None:
    for body in (b"", b"  ", b'<propfind xmlns="DAV:"><allprop/></propfind>'):
        found = told(propfind(customer, FILES, depth="1", body=body))
        assert {*found["/"].found} == {D + name for name in USUAL}
        assert {*found["/a.txt"].found} == {D + name for name in USUAL | OF_FILES}
        assert {each.status for each in found.values()} == {200}
        assert all(not each.lacking for each in found.values())


def test_depth_says_how_far_down(customer: Client) -> None:
    assert {*told(propfind(customer, FILES, depth="0"))} == {"/"}
    assert {*told(propfind(customer, FILES, depth="1"))} == {"/", "/a.txt", "/b/"}
    whole = {"/", "/a.txt", "/b/", "/b/c.jpg", "/b/d/", "/b/d/e"}
    assert {*told(propfind(customer, FILES, depth="infinity"))} == whole
    assert {*told(customer("PROPFIND", FILES))} == whole
    assert {*told(propfind(customer, f"{FILES}/a.txt", depth="1"))} == {"/a.txt"}
    assert propfind(customer, FILES, depth="2").status_int == 400


def test_a_files_properties_are_those_that_its_get_tells(customer: Client) -> None:
    got = customer("GET", f"{FILES}/b/c.jpg").headers
    for depth, place in (("0", "/b/c.jpg"), ("1", "/b")):
        found = told(propfind(customer, f"{FILES}{place}", depth=depth))["/b/c.jpg"]
        assert found.text(f"{D}getetag") == got["ETag"]
        assert found.text(f"{D}getcontentlength") == got["Content-Length"] == "7"
        assert found.text(f"{D}getcontenttype") == got["Content-Type"] == "image/jpeg"
        assert found.text(f"{D}getlastmodified") == got["Last-Modified"]
        assert found.text(f"{D}displayname") == "c.jpg"
        assert found.text(f"{D}creationdate").endswith("Z")
        assert [*found.found[f"{D}resourcetype"]] == []


def test_of_what_is_named_the_rest_is_said_to_be_lacking(customer: Client) -> None:
    names = (f"{D}getetag", f"{O}checksums", "{urn:x}y", "{}z", f"{D}quota-used-bytes")
    found = told(propfind(customer, FILES, *names, depth="1"))
    file, folder = found["/a.txt"], found["/b/"]
    assert {*file.found} == {f"{D}getetag", f"{O}checksums"}
    assert file.lacking == {"{urn:x}y", "z", f"{D}quota-used-bytes"}
    assert folder.lacking == {f"{D}getetag", f"{O}checksums", "{urn:x}y", "z"}
    assert folder.text(f"{D}quota-used-bytes") == "10"


def test_what_is_used_is_told_to_who_may_know_it(made: Any) -> None:
    names = (f"{D}quota-used-bytes", f"{D}quota-available-bytes")
    found = told(propfind(made("mfilereadwrite"), FILES, *names))["/"]
    assert int(found.text(f"{D}quota-available-bytes")) > 0
    assert found.lacking == {f"{D}quota-used-bytes"}


def test_what_is_included_comes_beside_what_is_usual(customer: Client) -> None:
    body = b"<propfind xmlns='DAV:'><allprop/><include><quota-used-bytes/></include></propfind>"
    found = told(propfind(customer, FILES, depth="1", body=body))
    assert found["/b/"].text(f"{D}quota-used-bytes") == "10"
    assert found["/a.txt"].lacking == {f"{D}quota-used-bytes"}


def test_names_alone(customer: Client) -> None:
    body = b"<propfind xmlns='DAV:'><propname/></propfind>"
    for each in told(propfind(customer, FILES, depth="1", body=body)).values():
        assert {D + name for name in USUAL} < {*each.found}
        assert all(not (element.text or [*element]) for element in each.found.values())


def test_checksums_are_told_as_clients_compare_them(customer: Client, see: Any) -> None:
    def learn(site: Any) -> None:
        site["demo"]["files"]["a.txt"].content.learn({"md5": "900150983cd24fb0d6963f7d28e17f72"})

    def sums() -> str:
        found = told(propfind(customer, FILES, f"{O}checksums", depth="1"))["/a.txt"]
        [each] = found.found[f"{O}checksums"]
        return str(each.text)

    sha = "SHA256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sums() == sha
    see(learn)
    assert sums() == f"{sha} MD5:900150983cd24fb0d6963f7d28e17f72"


def test_what_windows_asks_for(customer: Client) -> None:
    names = ("Win32CreationTime", "Win32LastAccessTime", "Win32LastModifiedTime")
    wanted = [Z + name for name in (*names, "Win32FileAttributes")]
    found = told(propfind(customer, FILES, *wanted, f"{D}getlastmodified", depth="1"))
    file, folder = found["/a.txt"], found["/b/"]
    assert file.text(f"{Z}Win32LastModifiedTime") == file.text(f"{D}getlastmodified")
    assert file.text(f"{Z}Win32CreationTime").endswith(" GMT")
    assert file.text(f"{Z}Win32FileAttributes") == "00000020"
    assert folder.text(f"{Z}Win32FileAttributes") == "00000010"


def test_what_is_written_again_is_what_there_is_now(customer: Client) -> None:
    names = (f"{D}getetag", f"{D}displayname", f"{D}getcontentlength")

    def listed() -> dict[str, list[str]]:
        found = told(propfind(customer, FILES, *names, depth="1"))
        return {
            path: [each.text(name) for name in names]
            for path, each in found.items()
            if path[-1] != "/"
        }

    first = listed()
    assert listed() == first
    customer("PUT", "/demo/files/a.txt", body=b"others")
    [(etag, name, length)] = listed().values()
    assert etag != first["/a.txt"][0]
    assert (name, length) == ("a.txt", "6")
    customer.json("PATCH", "/demo/files/a.txt", {"name": "z.txt"})
    assert listed() == {"/z.txt": [etag, "z.txt", "6"]}


@pytest.mark.parametrize("name", NAMES)
def test_any_name_can_be_read_and_its_href_leads_there(customer: Client, name: str) -> None:
    check_name(name)
    assert customer("PUT", f"/demo/files/n/{quote(name, safe='')}", body=b"x").status_int == 201
    answer = propfind(customer, f"{FILES}/n", f"{D}displayname", depth="1")
    [folder, href] = [each.text for each in fromstring(answer.body).iter(f"{D}href")]
    assert unquote(href) == f"{folder}{name}"
    assert customer("GET", href).body == b"x"
    shown = told(answer)[f"/n/{name}"].text(f"{D}displayname")
    assert shown == name.replace("\x01", "\ufffd").replace("\ufffe", "\ufffd")


def test_what_a_key_may_not_see_is_not_there(app: TestApp, made: Any, customer: Client) -> None:
    reader = made("mfilereadonly", "/demo/files/b/")
    assert {*told(propfind(reader, f"{FILES}/b", depth="1"))} == {"/b/", "/b/c.jpg", "/b/d/"}
    for place in ("/dav/other", f"{FILES}/a.txt", f"{FILES}/nothing"):
        assert propfind(reader, place).status_int == 404
    below = told(propfind(Client(app, None), f"/dav/k/{reader.key}/", depth="1"))
    assert {path.rpartition(reader.key)[2] for path in below} == {"/", "/c.jpg", "/d/"}
    assert {*told(propfind(customer, "/dav/demo", depth="1"))} == {"/dav/demo/", "/"}


def test_of_containers_the_services_are_listed_that_may_be_seen(admin: Client) -> None:
    admin.json("POST", "/demo/", {"name": "other"})
    answer = told(propfind(admin, "/dav/demo", depth="1"))
    assert {*answer} == {"/dav/demo/", "/", "/dav/demo/other/"}


@pytest.mark.parametrize(("most", "well"), [(5, True), (4, False), (0, False)])
def test_the_infinite_has_an_end(
    customer: Client, monkeypatch: pytest.MonkeyPatch, most: int, well: bool
) -> None:
    monkeypatch.setitem(vars(customer.app.app.registry.mserve.dav), "dav_infinity", most)
    answer = propfind(customer, FILES, depth="infinity")
    if well:
        assert len(told(answer)) == 6
    else:
        assert condition(answer) == "propfind-finite-depth"
    assert propfind(customer, f"{FILES}/a.txt", depth="infinity").status_int == 207


def test_a_long_answer_is_whole_and_leaves_nothing_behind(
    customer: Client, see: Any, stored: Any, db: Any
) -> None:
    bytes_ = spool(db, b"hello")

    def fill(site: Any) -> None:
        content = bytes_.content()
        folder = ingest.make_folder(site["demo"]["files"], "many")
        for number in range(2500):
            ingest.store.add(folder, f"f{number:05}", content, "text/plain", process=False)

    see(fill)
    before = stored()
    answer = propfind(customer, f"{FILES}/many", depth="1")
    assert len(answer.body) == int(answer.headers["Content-Length"]) > 1 << 20
    assert [*told(answer)][1:] == [f"/many/f{number:05}" for number in range(2500)]
    assert stored() == before


def test_who_sees_their_own_uploads_alone_lists_no_others(made: Any) -> None:
    dropbox = made("dropbox")
    assert dropbox("PUT", "/demo/files/own.txt", body=b"x").status_int == 201
    assert {*told(propfind(dropbox, FILES, depth="1"))} == {"/", "/own.txt"}
    assert condition(sync(dropbox)) == "supported-report"
