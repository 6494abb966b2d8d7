"""Pages and static files go packed to who can read that, and a listing is small on its way."""

import gzip
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from tests.unit.support import call, form

HTML = "text/html"
GZIP = "br;q=1, gzip;q=0.8"
SERVICE = "/demo/files/"
ROWS = 200
MOST = 130_000  # bytes of all that a page of so many rows loads, but for thumbnails
IMPORTED = re.compile(r"""(?:from|import) "\./([^"]+)";|^import "\./([^"]+)";""", re.M)


def get(app: Any, url: str, encoding: str = "", cookie: str = "") -> Any:
    """The answer as it is sent; WebTest would unpack it."""
    fields = {"HTTP_ACCEPT": HTML, "HTTP_ACCEPT_ENCODING": encoding, "HTTP_COOKIE": cookie}
    return call(app, "GET", url, **{name: text for name, text in fields.items() if text})


def key_url(settings: Any) -> str:
    return f"/k/{(settings.data / 'demo.key').read_text().strip()}/"


@pytest.fixture
def listing(settings: Any, app: Any, customer: Any) -> str:
    """The address of a page of that many rows."""
    body = form(*((f"photo of the sea {number:03}.txt", b"x") for number in range(ROWS)))
    kind = "multipart/form-data; boundary=XX"
    assert customer("POST", SERVICE, body=body, content_type=kind).status_int == 201
    return f"{key_url(settings)}?limit={ROWS}"


def test_all_that_a_listing_loads_is_small(app: Any, listing: str) -> None:
    loaded: dict[str, int] = {}

    def load(url: str) -> str:
        answer = get(app, url, GZIP)
        loaded[url] = len(answer.body)
        text = gzip.decompress(answer.body) if answer.content_encoding == "gzip" else answer.body
        return text.decode()

    def load_module(url: str) -> None:
        if url not in loaded:
            for name in (a or b for a, b in IMPORTED.findall(load(url))):
                load_module(urljoin(url, name))

    page = load(listing)
    assert page.count("<tr ") == ROWS
    for address in {*re.findall(r'(?:src|href|content)="([^"]*/-/static/[^"]*)"', page)}:
        path = urlsplit(address).path
        load_module(path) if path.endswith(".js") else load(path)
    assert any(url.endswith("/upload.js") for url in loaded)
    assert 20_000 < sum(loaded.values()) < MOST, loaded


def test_static_files_go_packed_to_who_says_so(app: Any) -> None:
    place = f"/-/static/{app.app.registry.static_files.digest}/base.css"
    plain = get(app, place)
    small = get(app, place, GZIP)
    assert (plain.content_encoding, small.content_encoding) == (None, "gzip")
    assert gzip.decompress(small.body) == plain.body and len(small.body) < len(plain.body) / 2
    assert plain.headers["Vary"] == small.headers["Vary"] == "Accept-Encoding"
    refused = get(app, place, "gzip;q=0, br")
    assert refused.content_encoding is None and refused.body == plain.body


def test_a_page_goes_packed_but_for_who_has_a_cookie_of_ours(app: Any, settings: Any) -> None:
    url = key_url(settings)
    plain = get(app, url)
    small = get(app, url, GZIP)
    assert small.content_encoding == "gzip" and gzip.decompress(small.body) == plain.body
    assert "Accept-Encoding" in small.headers["Vary"]
    known = get(app, url, GZIP, cookie="mserve=a-secret-of-a-session")
    assert known.content_encoding is None and b"<!doctype" in known.body
    fresh = get(app, "/-/login", GZIP)  # whose form has a token of a new cookie
    assert fresh.content_encoding is None


def test_what_was_uploaded_is_never_packed(app: Any, settings: Any, customer: Any) -> None:
    customer("PUT", f"{SERVICE}page.html", body=b"<p>" * 1000, content_type="text/html")
    answer = get(app, f"{key_url(settings)}page.html/-/content", GZIP)
    assert answer.content_encoding is None and answer.body == b"<p>" * 1000
