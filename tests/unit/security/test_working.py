"""When a key works: in its time, and while each key of its chain does."""

from typing import Any

import pytest

from mserve.resources.caveats import NONE, Caveats
from tests.unit.security.support import FILE, FILES, change, later


@pytest.mark.parametrize(
    ("terms", "status"),
    [
        ({"caveats": Caveats(end=1)}, 403),
        ({"caveats": Caveats(start=1 << 51)}, 403),
        ({"revoked": 1}, 404),
    ],
)
def test_a_key_that_is_revoked_finds_nothing_and_one_out_of_its_time_is_told_so(
    made: Any, see: Any, stranger: Any, file: str, terms: dict[str, Any], status: int
) -> None:
    reader = made("mfilereadonly")
    assert reader("GET", file).status_int == 200
    change(see, reader, **terms)
    for name in ("file.txt", "nothing-there.txt", "-/info"):
        for method in ("GET", "PUT", "DELETE", "PATCH", "POST", "OPTIONS", "HEAD"):
            answer = reader(method, f"{FILES}/folder/{name}", body=b"{}")
            assert answer.status_int == status, (method, name)
            url = f"/k/{reader.key}/folder/{name}"
            assert stranger(method, url, body=b"{}").status_int == status, (method, name)
    assert stranger("GET", f"/k/{reader.key}/").status_int == status
    assert reader("GET", "/demo/").status_int == 404
    change(see, reader, caveats=NONE, revoked=None)
    assert reader("GET", file).status_int == 200


def test_a_key_may_be_made_for_later(made: Any, file: str) -> None:
    answer = made("mfilereadonly", start=later(days=1))("GET", file)
    assert (answer.status_int, answer.json["caveat"]) == (403, "start")
    assert "does not work before" in answer.json["detail"]
    assert made("mfilereadonly", end=later(days=1))("GET", file).status_int == 200


def test_revoking_a_key_revokes_all_that_were_made_from_it(
    customer: Any, made: Any, stranger: Any, file: str
) -> None:
    first = made("mfileowner")
    second = made("mfileowner", f"{FILES}/folder/", by=first)
    third = made("mfilereadonly", FILE, by=second)
    beside = made("mfilereadonly")
    clients = (first, second, third, beside)
    assert [each("GET", file).status_int for each in clients] == [200, 200, 200, 200]
    assert customer("DELETE", f"{FILES}/-/keys/{first.id}").status_int == 204
    assert [each("GET", file).status_int for each in clients] == [404, 404, 404, 200]
    for each in (first, second, third):
        assert stranger("GET", f"/k/{each.key}/").status_int == 404
    assert customer("GET", f"{FILES}/-/keys/{first.id}").json["revoked"]
    assert customer("DELETE", f"{FILES}/-/keys/{first.id}").status_int == 204


def test_a_parent_that_is_narrowed_later_narrows_its_children(
    made: Any, see: Any, file: str
) -> None:
    parent = made("mfileowner")
    child = made("mfilereadwrite", by=parent)
    assert child("PUT", file, body=b"new").status_int == 200
    change(see, parent, role="mfilereadonly")
    assert child("PUT", file, body=b"newer").status_int == 403
    assert child("GET", file).body == b"new"
    change(see, parent, role="auditor")
    assert child("GET", file).status_int == 403
    assert child("GET", f"{file}/-/info").status_int == 200
