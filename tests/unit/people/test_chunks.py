"""Who has logged in by name and password sends files in chunks to their drive."""

from typing import Any

from tests.unit.dav.chunking import CHUNKS, FILES
from tests.unit.people.conftest import PASSWORD, Browser
from tests.unit.support import bearer, call


def basic(app: Any, name: str) -> Any:
    """Requests by HTTP Basic, as WSGI has them."""
    app.authorization = ("Basic", (name, PASSWORD))
    said = app.extra_environ["HTTP_AUTHORIZATION"]
    app.authorization = None
    return lambda *asked, **more: call(app, *asked, HTTP_AUTHORIZATION=said, **more)


def test_chunks_of_a_user_are_theirs(app: Any, browser: Any, make: Any, customer: Any) -> None:
    for name in ("anna", "ben"):
        make(name)
        her: Browser = browser().login(name)
        her.call("POST", "/-/account/keys", {"key": customer.key}, status=201)
    anna, ben = basic(app, "anna"), basic(app, "ben")
    upload, target = f"{CHUNKS}/one", f"{FILES}/demo/files/a.bin"
    assert anna("MKCOL", upload, HTTP_DESTINATION=target).status_int == 201
    assert anna("PUT", f"{upload}/1", b"bytes", CONTENT_LENGTH="5").status_int == 201
    for asked in ((ben, "PROPFIND", upload), (ben, "DELETE", upload)):
        assert asked[0](*asked[1:]).status_int == 404
    assert ben("MOVE", f"{upload}/.file", HTTP_DESTINATION=target).status_int == 404
    assert call(app, "PROPFIND", upload, **bearer(customer.key)).status_int == 404
    assert anna("MOVE", f"{upload}/.file", HTTP_DESTINATION=target).status_int == 201
    assert ben("GET", target).body == b"bytes"
