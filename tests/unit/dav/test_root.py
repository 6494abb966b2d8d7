"""The server's root, and what is above a drive, as Windows asks for them before it shows one."""

from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest


def test_windows_finds_the_door_at_the_root(app: Any, stranger: Any) -> None:
    options = stranger("OPTIONS", "/")
    assert (options.status_int, options.headers["MS-Author-Via"]) == (200, "DAV")
    assert "PROPFIND" in options.headers["Public"] and "GET" in options.headers["Allow"]
    assert stranger("OPTIONS", "/dav").headers["DAV"] == options.headers["DAV"]
    for depth, hrefs in (("0", ["/"]), ("1", ["/", "/dav/"])):
        answer = stranger("PROPFIND", "/", headers={"Depth": depth})
        assert answer.status_int == 207
        found = ElementTree.fromstring(answer.body).iter("{DAV:}href")
        assert [each.text for each in found] == hrefs


def test_a_prefix_stays_before_all(stranger: Any) -> None:
    answer = stranger("PROPFIND", "/", environ={"SCRIPT_NAME": "/prefix"})
    found = ElementTree.fromstring(answer.body).iter("{DAV:}href")
    assert [each.text for each in found] == ["/prefix/", "/prefix/dav/"]


def hrefs(answer: Any) -> list[str]:
    assert answer.status_int == 207, answer.body
    return [str(each.text) for each in ElementTree.fromstring(answer.body).iter("{DAV:}href")]


@pytest.mark.parametrize("role", ["mfilereadonly", "dropbox"])
def test_what_is_above_a_drive_is_a_bare_folder(
    app: Any, customer: Any, made: Any, admin: Any, role: str
) -> None:
    """But for what a key does not lead to, or not now, and for more than a look."""
    customer("PUT", "/demo/files/a b/c.txt", body=b"x")
    admin.json("POST", "/", {"name": "other"})
    client = made(role, "/demo/files/a%20b")
    on_the_way = ("/dav/", "/dav/demo/", "/dav/demo/files/", "/dav/demo/files/a%20b/")
    for path, below in pairwise(on_the_way):
        for asked in (path, path.rstrip("/")):
            for depth, found in (("0", [path]), ("1", [path, below])):
                assert hrefs(client("PROPFIND", asked, headers={"Depth": depth})) == found
        assert client("PROPFIND", path).status_int == 404
        assert client("GET", path).status_int == 404
    for path in ("/dav/other", "/dav/demo/files/b", "/dav/nothing"):
        assert client("PROPFIND", path, headers={"Depth": "0"}).status_int == 404
    customer("DELETE", f"/demo/files/a%20b/-/keys/{client.id}")
    for path in on_the_way:
        assert client("PROPFIND", path, headers={"Depth": "0"}).status_int == 401


def test_a_caveat_closes_the_way_as_well(made: Any) -> None:
    client = made("mfilereadonly", networks=["192.0.2.0/24"])
    for address, status in (("192.0.2.7", 207), ("198.51.100.7", 404)):
        answer = client("PROPFIND", "/dav/demo", headers={"Depth": "0"},
                        environ={"REMOTE_ADDR": address})  # fmt: skip
        assert answer.status_int == status
