"""Bodies, paths and tokens of PROPFIND and REPORT that nobody should send."""

from typing import Any
from urllib.parse import unquote_to_bytes

import pytest

from tests.unit.conftest import Client
from tests.unit.dav.finding import FILES
from tests.unit.support import call

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><x>&l9;</x>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><propfind>&e;</propfind>'
PROP = "<propfind xmlns='DAV:'><prop>{}</prop></propfind>"
SYNC = (
    "<sync-collection xmlns='DAV:'><sync-token>{}</sync-token><sync-level>1</sync-level>"
    "<prop><getetag/></prop></sync-collection>"
)
REFUSED = (
    BOMB.encode(),
    OUTSIDE.encode(),
    b"<",
    b"\0",
    b"\xff\xfe<\0x\0",
    b"<?xml version='1.0' encoding='nothing'?><x/>",
    b"<?xml version='1.0' encoding='utf-7'?><x/>",
    b"<x/>",
    b"<propfind/>",
    b"<propfind xmlns='DAV:'/>",
    b"<propfind xmlns='DAV:'><prop/><allprop/></propfind>",
    PROP.format("<a:b/>").encode(),
    PROP.format("".join(f"<n{number}/>" for number in range(500))).encode(),
    b"<a>" * 10_000,
    b"<a>" * 9000 + b"</a>" * 9000,
    b"<x>" + b"&#x0;" + b"</x>",
    b" " * (1 << 17),
)
PATHS = (
    "%2e%2e", "%2e%2e/%2e%2e/etc", "..", "../../demo", "a%2fb", "a%2f..%2fb", "%00", "x%00y", "%ff",
    "%c3%28", "-", "-/info", "//", "/./", "%5c", "x" * 5000, "x/" * 1300, "%25", "k/x", "a%0d%0ab",
)  # fmt: skip
TOKENS = ("x", "urn:mserve:sync:", "&#xd800;", "\u0000", "urn:mserve:sync:" + "0" * 4000, "&lt;")


def status(customer: Client, method: str, path: str, body: bytes, depth: str = "1") -> int:
    """Past the client's own checks of addresses."""
    answer = call(
        customer.app, method, "/", body,
        PATH_INFO=unquoted(path), CONTENT_LENGTH=str(len(body)), HTTP_DEPTH=depth,
        HTTP_AUTHORIZATION=f"Bearer {customer.key}",
    )  # fmt: skip
    return int(answer.status_int)


def unquoted(path: str) -> str:
    """As PEP 3333 wants it: the decoded bytes as Latin-1."""
    return unquote_to_bytes(path).decode("latin-1")


@pytest.mark.parametrize("method", ["PROPFIND", "REPORT"])
def test_bodies_that_mean_nothing_are_refused(customer: Client, method: str) -> None:
    for body in REFUSED:
        found = status(customer, method, FILES, body, "0")
        assert found == 400 or (found == 403 and method == "REPORT"), body[:80]


def test_paths_lead_nowhere_else(customer: Client, made: Any) -> None:
    customer("PUT", "/demo/files/in/a", body=b"x")
    customer("PUT", "/demo/files/secret", body=b"x")
    reader = made("mfilereadonly", "/demo/files/in/")
    for path in PATHS:
        for method in ("PROPFIND", "REPORT"):
            for base in (f"{FILES}/in", "/dav"):
                found = status(reader, method, f"{base}/{path}", b"", "0")
                shown = base != "/dav" or not path.strip("/")
                assert found in (400, 403, 404) or (shown and found == 207), path


def test_tokens_that_were_never_given(customer: Client) -> None:
    for token in TOKENS:
        assert status(customer, "REPORT", FILES, SYNC.format(token).encode(), "0") in (400, 403)
