"""GET is REST's own, in both lanes: conditions, ranges, and no facets."""

from typing import Any

from tests.unit.dav.conftest import DRIVE


def test_content_is_what_rest_gives_whatever_is_accepted(dav: Any, customer: Any) -> None:
    tag = dav("PUT", f"{DRIVE}/a", body=b"0123456789").headers["ETag"]
    plain = customer("GET", "/demo/files/a")
    for lane in (dav.app.app, dav.app.app.app):
        for accept in ("*/*", "text/html", "application/json"):
            answer = _get(lane, dav, Accept=accept)
            assert (answer.status_int, answer.body) == (200, b"0123456789")
            same = ("ETag", "Content-Disposition", "Content-Security-Policy", "Last-Modified")
            assert [answer.headers[n] for n in same] == [plain.headers[n] for n in same]
        part = _get(lane, dav, Range="bytes=2-4")
        assert (part.status_int, part.body) == (206, b"234")
        two = _get(lane, dav, Range="bytes=0-1,8-9")
        assert two.content_type == "multipart/byteranges"
        assert _get(lane, dav, **{"If-None-Match": tag}).status_int == 304
        assert _get(lane, dav, **{"If-Match": '"x"'}).status_int == 412


def _get(lane: Any, client: Any, **headers: str) -> Any:
    from webob import Request

    asked = Request.blank(f"{DRIVE}/a", headers={"Authorization": f"Bearer {client.key}"})
    asked.headers.update(headers)
    return asked.send(lane)


def test_who_opens_a_folder_in_a_browser_is_told_what_it_is(dav: Any) -> None:
    answer = dav("GET", f"{DRIVE}/", headers={"Accept": "text/html"})
    assert (answer.status_int, answer.content_type) == (200, "text/plain")
    assert "WebDAV" in answer.text
