"""What every answer says beside itself, and what a page of another site cannot do."""

import re
from base64 import b64encode
from typing import Any

import pytest

from mserve.guarding import EVERY
from mserve.views import places
from mserve.views.html.headers import UNUSED
from tests.unit.support import call

FILLED = {
    "container": "demo", "service": "files", "path": "cat.txt", "workflow": "ingest",
    "profile": "default", "version": "1", "set": "0", "task": "0",
}  # fmt: skip
"""What is there, for places in URLs; others lead to nothing, which is an answer as well."""
FILE = "/demo/files/cat.txt"
KINDS = [
    ("bytes", "GET", f"{FILE}/-/content", {}, 200),
    ("of them none", "HEAD", f"{FILE}/-/content", {}, 200),
    ("a part", "GET", f"{FILE}/-/content", {"Range": "bytes=0-0"}, 206),
    ("parts", "GET", f"{FILE}/-/content", {"Range": "bytes=0-0,2-2"}, 206),
    ("no part", "GET", f"{FILE}/-/content", {"Range": "bytes=9-"}, 416),
    ("known bytes", "GET", f"{FILE}/-/content", {"If-None-Match": "*"}, 304),
    ("other bytes", "GET", f"{FILE}/-/content", {"If-Match": '"x"'}, 412),
    ("facts", "GET", f"{FILE}/-/info", {}, 200),
    ("listing", "GET", "/demo/files/", {"Accept": "application/json"}, 200),
    ("zip", "GET", "/demo/files/", {"Accept": "application/zip"}, 200),
    ("page", "GET", "/demo/files/", {"Accept": "text/html"}, 200),
    ("page of an error", "GET", "/demo/files/x", {"Accept": "text/html"}, 404),
    ("events", "HEAD", "/demo/files/-/jobs/events", {}, 200),
    ("YAML", "GET", "/demo/files/-/profiles/default", {"Accept": "application/yaml"}, 200),
    ("known profile", "GET", "/demo/files/-/profiles/default", {"If-None-Match": '"1"'}, 304),
    ("new file", "PUT", "/demo/files/new", {}, 201),
    ("broken digest", "PUT", "/demo/files/bad", {"Content-Digest": "sha-256=:AA==:"}, 400),
    ("methods", "OPTIONS", FILE, {}, 204),
    ("wrong method", "PUT", "/demo/files/-/jobs", {}, 405),
    ("no text", "GET", "/demo/files/%ff", {}, 400),
    ("no text in the query", "GET", "/demo/files/?limit=%ff", {}, 400),
    ("form's way on", "POST", "/demo/files/",
     {"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded",
      "body": "do=folder&name=made"}, 303),
    ("removed", "DELETE", FILE, {}, 204),
    ("documentation", "GET", "/-/docs", {}, 200),
]  # fmt: skip
OWN = ("Cache-Control", "Cross-Origin-Resource-Policy")
PAGES = ("page", "page of an error", "documentation", "form's way on")


@pytest.fixture
def below(app: Any, admin: Any) -> Any:
    """`below(method, url, **headers)`: what is answered below the administrator's key."""
    stored = admin("PUT", FILE, body=b"cat", content_type="text/plain")
    assert stored.status_int == 201
    key = admin.headers["Authorization"].removeprefix("Bearer ")

    def ask(method: str, url: str, **headers: str) -> Any:
        body = headers.pop("body", "").encode()
        fields = {f"HTTP_{name.upper().replace('-', '_')}": text for name, text in headers.items()}
        fields["CONTENT_TYPE"] = fields.pop("HTTP_CONTENT_TYPE", "")
        answer = call(app, method, f"/k/{key}{url}", body, CONTENT_LENGTH=str(len(body)), **fields)
        assert key not in repr({**answer.headers, "Location": "", "Link": ""})
        return answer

    return ask


def check(answer: Any, what: object) -> None:
    """Has the fields that keep the address and what is there to who asked."""
    headers = answer.headers
    assert {name: headers.get(name) for name in EVERY if name not in OWN} == {
        name: value for name, value in EVERY.items() if name not in OWN
    }, what
    assert headers["Cross-Origin-Resource-Policy"] in ("same-origin", "cross-origin"), what
    assert re.fullmatch("no-store|no-cache|private, no-cache", headers["Cache-Control"]), what
    assert "Strict-Transport-Security" not in headers, what
    if answer.status_int != 304:
        assert "default-src 'none'" in headers["Content-Security-Policy"], what
        assert "script-src 'unsafe" not in headers["Content-Security-Policy"], what


@pytest.mark.parametrize(("kind", "method", "url", "headers", "status"), KINDS)
def test_each_kind_of_answer_below_a_key_keeps_it(
    below: Any, kind: str, method: str, url: str, headers: dict[str, str], status: int
) -> None:
    answer = below(method, url, **headers)
    assert answer.status_int == status, answer.text
    check(answer, kind)
    assert ("Permissions-Policy" in answer.headers) is (kind in PAGES)
    assert "Cross-Origin-Opener-Policy" not in answer.headers  # who opened it has the key


def test_pages_with_a_cookie_or_without_a_key_leave_no_handle_to_who_opened_them(
    app: Any, below: Any
) -> None:
    known = below("GET", "/demo/files/", Accept="text/html", Cookie="mserve=a-secret-of-a-session")
    login = call(app, "GET", "/-/login", HTTP_ACCEPT="text/html")
    refused = call(app, "GET", "/demo/files/", HTTP_ACCEPT="text/html")
    for page in (known, login, refused):
        assert page.content_type == "text/html"
        assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_each_view_that_is_declared_answers_so(below: Any, app: Any) -> None:
    """At each of its places, as the documentation has them, whatever it answers to nothing."""
    asked = {}
    for declared in app.app.registry.declared:
        for template, _ in places.templates(declared.context, "site"):
            url = re.sub(r"{(\w+)}", lambda place: FILLED.get(place[1], "0" * 32), template)
            endless = "Events" in declared.door.answers.get(200, ())
            asked["HEAD" if endless else declared.method, url] = declared
    assert len(asked) > 150
    statuses = set()
    for (method, url), declared in asked.items():
        for accept in ("*/*", "text/html"):
            answer = below(method, url, Accept=accept)
            check(answer, (declared.name, method, url))
            statuses.add(answer.status_int)
    assert {200, 204, 400, 404} <= statuses
    assert not [status for status in statuses if status > 503]


def test_by_tls_browsers_are_told_to_come_so_only(app: Any, below: Any) -> None:
    for url in ("/demo/files/cat.txt", "/demo/files/", "/demo/files/none"):
        for scheme, told in (("https", "max-age=31536000"), ("http", None)):
            answer = call(app, "GET", url, **{"wsgi.url_scheme": scheme})
            assert answer.headers.get("Strict-Transport-Security") == told
    lane = app.app
    lane.registry.mserve = lane.registry.mserve.__class__(
        **{**vars(lane.registry.mserve), "hsts": 0}
    )
    answer = call(app, "GET", "/demo/files/none", **{"wsgi.url_scheme": "https"})
    assert "Strict-Transport-Security" not in answer.headers


def test_bytes_below_a_key_may_be_embedded_by_who_was_given_it(below: Any, admin: Any) -> None:
    assert below("GET", FILE).headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert below("GET", f"{FILE}/-/info").headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert admin("GET", FILE).headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_static_files_alone_may_be_kept_and_found(app: Any) -> None:
    page = app.get("/-/docs")
    places = re.findall(r'(?:src|href|content)="(/-/static/[^"]+)"', page.text)
    assert len(places) > 5
    for place in places:
        headers = app.get(place).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Robots-Tag"] == "all"
        assert headers["Cache-Control"].startswith("public,")
        assert headers["X-Content-Type-Options"] == "nosniff"
    missing = app.get("/-/static/0/base.css", status=404)
    check(missing, "no static file")


def test_robots_may_not_look_but_below_a_key_where_they_are_told_to_forget(
    app: Any, below: Any, customer: Any
) -> None:
    assert app.get("/robots.txt").text == "User-agent: *\nAllow: /k/\nDisallow: /\n"
    assert customer("PUT", "/demo/files/robots.txt", body=b"mine").status_int == 201
    assert app.get(f"/k/{customer.key}/robots.txt").body == b"mine"
    assert below("GET", "/robots.txt").status_int == 404


def test_no_container_is_in_the_way_of_robots(admin: Any) -> None:
    assert admin.json("POST", "/", {"name": "robots.txt"}).status_int == 400


def test_features_of_browsers_are_off(below: Any) -> None:
    policy = below("GET", "/demo/files/", Accept="text/html").headers["Permissions-Policy"]
    assert policy.split(", ") == [f"{feature}=()" for feature in UNUSED]


def basic(customer: Any) -> dict[str, str]:
    """The customer's key as a browser remembers it, as the password of HTTP Basic."""
    key = customer.headers["Authorization"].removeprefix("Bearer ")
    return {"Authorization": "Basic " + b64encode(f"any:{key}".encode()).decode()}


def test_documents_are_not_kept_and_differ_by_what_is_accepted(customer: Any) -> None:
    for url in ("/demo/files/", "/demo/nothing"):
        headers = customer("GET", url).headers
        assert headers["Cache-Control"] == "no-store"
        assert "Accept" in headers["Vary"]
        assert headers["Referrer-Policy"] == "no-referrer"


def test_another_site_cannot_use_a_remembered_password(customer: Any, stranger: Any) -> None:
    for site, status in (("cross-site", 404), ("same-site", 404), ("same-origin", 201)):
        headers = {**basic(customer), "Sec-Fetch-Site": site}
        answer = stranger("PUT", f"/demo/files/{site}", headers=headers, body=b"1")
        assert answer.status_int == status


def test_reading_by_it_goes_on(customer: Any, stranger: Any) -> None:
    headers = {**basic(customer), "Sec-Fetch-Site": "cross-site"}
    assert stranger("GET", "/demo/files/", headers=headers).status_int == 200
