"""JSON that comes in: what is wrong is told with its place, and nothing is stored."""

import json
from typing import Any

import pytest

from tests.unit.support import bearer, call

FILES = "/demo/files"
JSON = "application/json"


def refused(answer: Any, status: int = 400) -> str:
    assert answer.status_int == status, answer.body
    assert answer.content_type == "application/problem+json"
    return str(answer.json["detail"])


def send(client: Any, method: str, url: str, body: bytes) -> Any:
    return client(method, url, body=body, content_type=JSON)


PLACES = [
    ("POST", f"{FILES}/"),
    ("PATCH", f"{FILES}/a"),
    ("PATCH", f"{FILES}/"),
    ("POST", f"{FILES}/-/keys"),
    ("POST", f"{FILES}/a/-/jobs"),
    ("POST", f"{FILES}/a/-/provenance"),
    ("PUT", f"{FILES}/-/profiles/default"),
    ("PUT", f"{FILES}/-/profiles/new"),
    ("POST", "/"),
    ("POST", "/demo/"),
]


@pytest.fixture
def boss(admin: Any) -> Any:
    """The administrator, with one file at /demo/files/a."""
    assert admin("PUT", f"{FILES}/a", body=b"x").status_int == 201
    return admin


def test_each_place_that_takes_json_refuses_what_is_none(
    boss: Any, stored: Any, subtests: Any
) -> None:
    before = stored()
    for method, url in PLACES:
        with subtests.test(f"{method} {url}"):
            for body in (b"", b"{", b"nonsense", b'{"name": "x"', b"\xff\xfe\x00", b"{'name': 1}"):
                assert "JSON" in refused(send(boss, method, url, body))
            for body in (b"[]", b'"x"', b"1", b"null", b"true"):
                assert "object" in refused(send(boss, method, url, body))
            assert stored() == before


def test_each_place_tells_which_field_it_does_not_know(
    boss: Any, stored: Any, subtests: Any
) -> None:
    before = stored()
    for method, url in PLACES:
        with subtests.test(f"{method} {url}"):
            answer = send(boss, method, url, b'{"nonsense": 1, "more/of~it": 2, "task": "mime"}')
            refused(answer)
            places = [each["place"] for each in answer.json["faults"]]
            assert "/nonsense" in places
            assert "/more~1of~0it" in places  # RFC 6901, 3
            assert stored() == before


def test_each_place_refuses_a_document_that_is_too_large(
    boss: Any, stored: Any, subtests: Any
) -> None:
    before = stored()
    for method, url in PLACES:
        with subtests.test(f"{method} {url}"):
            body = json.dumps({"name": "x" * (1 << 20)}).encode()
            assert "1048576" in refused(send(boss, method, url, body))
            assert stored() == before


def test_each_place_refuses_a_body_that_is_cut_off(
    app: Any, boss: Any, stored: Any, subtests: Any
) -> None:
    before = stored()
    for method, url in PLACES:
        with subtests.test(f"{method} {url}"):
            for body, length in ((b'{"name": "cut"}', "100"), (b"", "100"), (b"", "2000000")):
                told = {"CONTENT_LENGTH": length, "CONTENT_TYPE": JSON, **bearer(boss.key)}
                answer = call(app, method, url, body, **told)
                refused(answer)
            assert stored() == before


def test_each_place_refuses_deep_nesting(boss: Any, stored: Any, subtests: Any) -> None:
    before = stored()
    for method, url in PLACES:
        with subtests.test(f"{method} {url}"):
            for depth in (990, 10_000, 100_000):
                body = b'{"metadata": ' + b'{"a": ' * depth + b"1" + b"}" * (depth + 1)
                refused(send(boss, method, url, body))
            assert stored() == before


def test_nested_metadata_are_kept_or_refused(boss: Any, subtests: Any) -> None:
    for depth in (10, 100, 300, 500, 700, 800, 900, 950):
        with subtests.test(str(depth)):
            body = b'{"metadata": ' + b'{"a": ' * depth + b"1" + b"}" * (depth + 1)
            answer = send(boss, "PATCH", f"{FILES}/a", body)
            if answer.status_int != 200:
                refused(answer)
            assert boss("GET", f"{FILES}/a/-/info").status_int == 200
            assert boss("GET", f"{FILES}/").status_int == 200
            assert boss.json("PATCH", f"{FILES}/a", {"metadata": {"b": 1}}).status_int == 200


def test_what_is_no_number_in_json_is_refused(boss: Any, stored: Any, subtests: Any) -> None:
    before = stored()
    for number in ("NaN", "Infinity", "-Infinity", "1e400", "9" * 5000):
        with subtests.test(number[:10]):
            body = b'{"metadata": {"n": %s}}' % number.encode()
            refused(send(boss, "PATCH", f"{FILES}/a", body))
            assert stored() == before


def test_metadata_have_a_most(boss: Any) -> None:
    fits = {"metadata": {"a": "x" * 65_000}}
    assert boss.json("PATCH", f"{FILES}/a", fits).status_int == 200
    more = boss.json("PATCH", f"{FILES}/a", {"metadata": {"b": "x" * 1000}})
    assert "65536" in refused(more)
    assert "b" not in boss("GET", f"{FILES}/a/-/info").json["metadata"]


def test_json_may_come_with_a_charset_and_in_any_case(customer: Any) -> None:
    body = b'{"type": "folder", "name": "a"}'
    for number, kind in enumerate(("application/json; charset=utf-8", "Application/JSON")):
        sent = body.replace(b'"a"', b'"a%d"' % number)
        answer = customer("POST", f"{FILES}/", body=sent, content_type=kind)
        assert answer.status_int == 201, answer.json


def test_faults_are_told_together(customer: Any, stored: Any) -> None:
    before = stored()
    answer = customer.json("POST", f"{FILES}/", {"type": "file", "name": "-", "x": 1})
    assert [each["place"] for each in answer.json["faults"]] == ["/type", "/name", "/x"]
    assert stored() == before


def test_the_same_name_twice_is_a_conflict(admin: Any, customer: Any, stored: Any) -> None:
    customer.json("POST", f"{FILES}/", {"type": "folder", "name": "a"})
    admin.json("POST", "/", {"name": "c"})
    before = stored()
    for client, url, document in (
        (customer, f"{FILES}/", {"type": "folder", "name": "a"}),
        (admin, "/", {"name": "c"}),
        (admin, "/demo/", {"name": "files"}),
    ):
        assert "already" in refused(client.json("POST", url, document), 409)
    assert "already" in refused(customer("PUT", f"{FILES}/a", body=b"x"), 409)
    assert stored() == before


TIMES = [
    ("yesterday", None), (5, None), ("2026-01-01T00:00:00", None), ("2026-13-01T00:00:00Z", None),
    ("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"),
    ("2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z"),
    ("0001-01-01T00:00:00+12:00", None), (None, "9999-12-31T23:59:59-12:00"),
]  # fmt: skip


def test_a_service_has_good_times(admin: Any, stored: Any, subtests: Any) -> None:
    before = stored()
    for start, end in TIMES:
        with subtests.test(f"{start} {end}"):
            refused(admin.json("POST", "/demo/", {"name": "s", "start": start, "end": end}))
            refused(admin.json("PATCH", f"{FILES}/", {"start": start, "end": end}))
            assert stored() == before
            assert admin("GET", "/demo/").status_int == 200


KEYS: list[dict[str, Any]] = [
    {}, {"role": "king"}, {"role": 5}, {"role": ["a"]}, {"role": "auditor", "label": 5},
    {"role": "auditor", "end": "2001-01-01T00:00:00Z"}, {"role": "auditor", "start": "soon"},
    {"role": "auditor", "start": "2090-01-01T00:00:00Z", "end": "2089-01-01T00:00:00Z"},
    {"role": "auditor", "end": "9999-12-31T23:59:59-12:00"},
]  # fmt: skip


def test_a_key_is_made_of_good_terms(customer: Any, stored: Any, subtests: Any) -> None:
    before = stored()
    for terms in KEYS:
        with subtests.test(str(terms)):
            refused(customer.json("POST", f"{FILES}/-/keys", terms))
            assert stored() == before


LISTINGS = (
    "/", "/demo/", "/demo/files/", "/demo/files/a/-/jobs", "/demo/files/-/jobs",
    "/demo/files/-/keys", "/demo/files/-/profiles", "/demo/files/-/trash",
    "/demo/files/a/-/versions",
)  # fmt: skip
LIMITS = (
    "limit=0", "limit=-1", "limit=x", "limit=", "limit=1001", "limit=1.5", "limit=%C2%B2",
    "limit=" + "9" * 5000, "limit=%ff", "cursor=%ff",
)  # fmt: skip
CURSORS = ("nonsense", "%00", "9" * 5000, "9" * 20, "-1", "0", "zzzz", "%F0%9F%98%80", "a/b")


def test_a_bad_limit_is_refused(boss: Any, subtests: Any) -> None:
    for url in LISTINGS:
        for query in LIMITS:
            with subtests.test(f"{url}?{query[:20]}"):
                refused(boss("GET", f"{url}?{query}"))


def test_any_cursor_is_a_place_in_the_order_or_refused(boss: Any, subtests: Any) -> None:
    for url in LISTINGS:
        for cursor in CURSORS:
            with subtests.test(f"{url}?cursor={cursor[:20]}"):
                assert boss("GET", f"{url}?cursor={cursor}").status_int in (200, 400)


def test_a_query_that_is_no_utf8_is_refused(boss: Any) -> None:
    refused(boss("GET", f"{FILES}/-/usage?metric=%ff"))
    refused(boss("DELETE", f"{FILES}/a?recursive=%ff"))


def test_what_is_not_below_a_facet_is_not_found(boss: Any, subtests: Any) -> None:
    names = ("x", "9" * 20, "9" * 5000, "-1", "1.0", "%C2%B2", "0", "%00")
    for facet in ("versions", "jobs", "keys", "nonsense", "info", "content", "thumbnail"):
        for name in names:
            with subtests.test(f"{facet}/{name[:20]}"):
                assert boss("GET", f"{FILES}/a/-/{facet}/{name}").status_int == 404
