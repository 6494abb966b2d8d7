"""Content on its way out: its headers, digests, names, fronts and speeds."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from webtest import TestApp

from mserve import evolve, first_keys, main
from mserve.errors import SettingsError
from mserve.setting_words import FRONTS
from mserve.settings import Settings
from mserve.views.content import conditional, digests
from mserve.views.content.disposition import disposition, media_type
from mserve.views.content.ranges import Span, asked
from tests.unit.conftest import Client

DATA = b"0123456789" * 100
FILE = "/demo/files/a.bin"


@pytest.fixture
def stored_file(customer: Any) -> str:
    assert customer("PUT", FILE, body=DATA).status_int == 201
    return FILE


@pytest.fixture
def make_app() -> Iterator[Any]:
    """`make_app(lines)`: the customer of an application with these settings."""
    made = []

    def make(lines: dict[str, str]) -> Client:
        settings = Settings.parse(lines)
        evolve.ensure(settings)
        made.append(main({}, **lines))
        return Client(TestApp(made[-1]), (settings.data / first_keys.DEMO_KEY).read_text().strip())

    yield make
    for wsgi in made:
        wsgi.registry._zodb_databases[""].close()


def digest(name: str, data: bytes = DATA) -> str:
    return f"{name}=:{b64encode(hashlib.new(name.replace('-', ''), data).digest()).decode()}:"


def test_head_tells_what_get_does(customer: Any, stored_file: str) -> None:
    wants = {"Want-Repr-Digest": "sha-256=1"}
    get, head = (customer(method, stored_file, headers=wants) for method in ("GET", "HEAD"))
    assert (get.body, head.body) == (DATA, b"")
    assert dict(get.headers) == dict(head.headers)


@pytest.mark.parametrize("path", ["a.html", "a.svg", "a.xml", "a.pdf", "a.js", "a.xhtml", "a"])
def test_what_a_browser_would_run_is_saved_in_a_sandbox(customer: Any, path: str) -> None:
    url = f"/demo/files/{path}"
    customer("PUT", url, body=b"<script>alert(1)</script>")
    headers = customer("GET", url + "/-/content").headers
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox;")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a.png", "inline; filename=\"a.png\"; filename*=UTF-8''a.png"),
        ("ü.png", "inline; filename=\"_.png\"; filename*=UTF-8''%C3%BC.png"),
        ('a"b\\c%41.png', "inline; filename=\"a_b_c_41.png\"; filename*=UTF-8''a%22b%5Cc%2541.png"),
        ("a\r\nSet-Cookie: x", "inline; filename=\"a__Set-Cookie: x\"; filename*=UTF-8''"
         "a__Set-Cookie%3A%20x"),
        ("x\u202egnp.exe", "inline; filename=\"x_gnp.exe\"; filename*=UTF-8''x_gnp.exe"),
        ("a;b='c'.png", "inline; filename=\"a;b='c'.png\"; filename*=UTF-8''a%3Bb%3D%27c%27.png"),
        ("日本", "inline; filename=\"__\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC"),
    ],
)  # fmt: skip
def test_names_are_told_as_rfc_6266_has_it(name: str, told: str) -> None:
    assert disposition(name, "image/png") == told


@pytest.mark.parametrize(
    ("announced", "served"),
    [
        ("image/png", "image/png"),
        ("IMAGE/PNG ", "image/png"),
        ("image/png\r\nX: y", "application/octet-stream"),
        ("nonsense", "application/octet-stream"),
        ("a/b/c", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_what_is_no_media_type_is_not_served_as_one(announced: str, served: str) -> None:
    assert media_type(announced) == served


@pytest.mark.parametrize("kind", ["image/svg+xml", "image/svg", "image/x-xml", "text/html"])
def test_pictures_with_scripts_are_not_shown(kind: str) -> None:
    assert disposition("a", kind).startswith("attachment")


@pytest.mark.parametrize(
    ("wants", "told"),
    [
        ("sha-256=1", digest("sha-256")),
        ("sha-256=3, md5=10", digest("sha-256")),  # md5 is not known of this file
        ("sha-512=10, sha-256=1", digest("sha-256")),
        ("sha-256=0", None),
        ("sha-512=3", None),
        ("sha-256", None),  # a boolean, where a number has to be
        ("SHA-256=1", None),  # keys are lower case: RFC 8941, 3.2
        ("sha-256=11", None),
        ("", None),
    ],
)
def test_repr_digest_on_request(
    customer: Any, stored_file: str, wants: str, told: str | None
) -> None:
    answer = customer("GET", stored_file, headers={"Want-Repr-Digest": wants})
    assert answer.headers.get("Repr-Digest") == told
    assert "Content-Digest" not in answer.headers


def test_md5_is_told_where_it_is_wanted_most_and_known() -> None:
    known: dict[str, str | None] = {"sha-256": "00" * 32, "md5": "11" * 16}
    assert (digests.answer("md5=5, sha-256=3", known) or "").startswith("md5=:")
    assert (digests.answer("md5=3, sha-256=5", known) or "").startswith("sha-256=:")


def test_content_digest_is_of_this_answer_or_not_there(customer: Any, stored_file: str) -> None:
    wants = {"Want-Content-Digest": "sha-256=1", "Want-Repr-Digest": "sha-256=1"}
    whole = customer("GET", stored_file, headers=wants).headers
    part = customer("GET", stored_file, headers={**wants, "Range": "bytes=0-9"}).headers
    assert whole["Content-Digest"] == whole["Repr-Digest"] == digest("sha-256")
    assert part["Repr-Digest"] == digest("sha-256")
    assert "Content-Digest" not in part


def test_a_date_is_no_strong_validator_within_its_second() -> None:
    date = "Sun, 06 Nov 1994 08:49:37 GMT"
    modified = conditional.date(date)
    assert modified == 784111777
    assert not conditional.in_range(date, "x", modified, now=modified + 0.9)
    assert conditional.in_range(date, "x", modified, now=modified + 1)


def test_ranges_never_ask_for_more_than_the_whole() -> None:
    bomb = "bytes=" + ",".join("0-" for _ in range(100))
    assert asked(bomb, 1000) == [Span(0, 1000)]
    assert asked(bomb + ",0-", 1000) is None


@pytest.mark.parametrize("front", FRONTS[1:])
def test_a_front_is_told_where_the_bytes_are(
    lines: dict[str, str], make_app: Any, front: str
) -> None:
    customer = make_app({**lines, "mserve.sendfile": front})
    customer("PUT", FILE, body=DATA)
    answer = customer("GET", FILE)
    assert answer.body == b""
    blobs = Path(lines["mserve.data"]) / "blobs"
    if front == "nginx":
        where = answer.headers["X-Accel-Redirect"]
        assert where.startswith("/-/blobs/")
        assert (blobs / where.removeprefix("/-/blobs/")).read_bytes() == DATA
    else:
        assert Path(answer.headers["X-Sendfile"]).read_bytes() == DATA
    for own in ({"Range": "bytes=0-1,4-5"}, {"If-Match": "*"}):
        assert not {"X-Accel-Redirect", "X-Sendfile"} & {
            *customer("GET", FILE, headers=own).headers
        }
    assert "X-Accel-Redirect" not in customer("HEAD", FILE).headers


@pytest.mark.parametrize(
    ("front", "speed", "header", "told"),
    [
        ("nginx", 1000, "X-Accel-Limit-Rate", "1000"),
        ("lighttpd", 4096, "X-LIGHTTPD-KBytes-per-second", "4"),
        ("lighttpd", 1000, "X-Sendfile", None),  # slower than it can: our own pace
        ("apache", 5_000_000, "X-Sendfile", None),
    ],
)
def test_a_front_is_told_the_speed_if_it_can_hold_it(
    lines: dict[str, str], make_app: Any, front: str, speed: int, header: str, told: str | None
) -> None:
    customer = make_app({**lines, "mserve.sendfile": front})
    customer("PUT", FILE, body=b"abc")
    slow = customer.json("POST", "/demo/files/-/keys", {"role": "mfilereadonly",
                                                        "accessspeed": speed}).json  # fmt: skip
    answer = customer("GET", FILE, headers={"Authorization": f"Bearer {slow['key']}"})
    assert answer.headers.get(header) == told
    assert answer.body == (b"" if told else b"abc")


def test_the_settings_of_fronts_are_checked(lines: dict[str, str]) -> None:
    for line in ("sendfile = iis", "internal_prefix = blobs", "streams = 0", "front_log = /a"):
        name, _, value = line.partition(" = ")
        with pytest.raises(Exception, match=line):
            Settings.parse({**lines, f"mserve.{name}": value})
    nginx = {**lines, "mserve.sendfile": "nginx"}
    with pytest.raises(SettingsError, match="front_log = a: should be an absolute path"):
        Settings.parse({**nginx, "mserve.front_log": "a"})
    found = Settings.parse({**nginx, "mserve.front_log": "/a"}).usage.front_log
    assert found == Path("/a")
