"""The server's root, and the door's, as Windows asks for them before it has a key."""

from typing import Any
from xml.etree import ElementTree


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
