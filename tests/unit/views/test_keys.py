"""Keys over REST: narrowed, widened, given a new secret; who can reach a place, and why."""

import re
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from mserve import attenuation
from mserve.resources import terms
from mserve.resources.ledger import Sums, ledger_of
from tests.unit.support import Clock
from tests.unit.tasks.support import RedisServer

FILES = "/demo/files"
FILE = f"{FILES}/a.txt"
DOCUMENT = (Path(__file__).parents[3] / "docs/keys.md").read_text()
KEYS = f"{FILES}/-/keys"


@pytest.fixture
def lines(lines: dict[str, str], redis: RedisServer) -> dict[str, str]:
    """Budgets, and guesses at passwords, are counted in Redis."""
    return {**lines, "mserve.redis": redis.url}


@pytest.fixture
def file(customer: Any) -> str:
    customer("PUT", FILE, body=b"bytes")
    return FILE


def bearer(stranger: Any, method: str, url: str, key: str, **more: str) -> int:
    headers = {"Authorization": f"Bearer {key}", **more}
    return int(stranger(method, url, headers=headers, body=b"{}").status_int)


def test_to_widen_takes_a_key_above(customer: Any, made: Any, admin: Any, file: str) -> None:
    owner = made("mfileowner", uses=9)
    child = made("mfileowner", by=owner, methods=["GET", "POST", "PATCH"])
    place = f"{KEYS}/{child.id}"
    assert child.json("PATCH", place, {"end": "2099-01-01T00:00:00Z"}).status_int == 200
    for client in (child, admin):
        for wider in ({"end": None}, {"methods": None}, {"end": "2100-01-01T00:00:00Z"}):
            answer = client.json("PATCH", place, wider)
            assert answer.status_int == 403, answer.text
    assert {*customer("GET", place).json["caveats"]} == {"methods", "end"}
    assert owner.json("PATCH", place, {"methods": None}).json["caveats"].keys() == {"end"}
    assert customer.json("PATCH", place, {"end": None}).json["caveats"] == {}
    assert made("mfileowner").json("PATCH", place, {"uses": 1}).status_int == 403


def test_what_is_wrong_about_a_change_changes_nothing(customer: Any, made: Any) -> None:
    place = f"{KEYS}/{made('mfileowner', uses=5).id}"
    before = customer("GET", place).json
    for document, fault in (
        ({"uses": -1}, "/uses"), ({"networks": ["192.0.2.1/24"]}, "/networks"), ({"x": 1}, "/x"),
        ({"methods": []}, "/methods"), ({"node": "here"}, "/node"), ({"label": 5}, "/label"),
        ({"permissions": ["all"]}, "/permissions"), ({"end": "soon"}, "/end"),
    ):  # fmt: skip
        answer = customer.json("PATCH", place, {"label": "new", **document})
        assert answer.status_int == 400
        assert any(each["place"].startswith(fault) for each in answer.json["faults"])
    assert customer("GET", place).json == before


def test_in_the_grace_of_a_rotation_both_secrets_work(
    customer: Any, made: Any, stranger: Any, file: str, monkeypatch: Any
) -> None:
    clock = Clock(monkeypatch, "2030-01-01T00:00:00Z")
    owner = made("mfileowner")
    child = made("mfilereadonly", by=owner)
    new = customer.json("POST", f"{KEYS}/{owner.id}", {"grace": 60}).json["key"]
    assert [bearer(stranger, "GET", file, key) for key in (owner.key, new)] == [200, 200]
    clock.pass_by(59)
    assert owner("GET", file).status_int == 200
    clock.pass_by(1)
    assert [bearer(stranger, "GET", file, key) for key in (owner.key, new)] == [404, 200]
    assert child("GET", file).status_int == 200
    newest = customer.json("POST", f"{KEYS}/{owner.id}", {}).json["key"]
    assert [bearer(stranger, "GET", file, key) for key in (new, newest)] == [404, 200]
    for grace in (-1, 91 * 86_400, "soon"):
        assert customer.json("POST", f"{KEYS}/{owner.id}", {"grace": grace}).status_int == 400
    assert bearer(stranger, "GET", file, newest) == 200


def test_no_key_gets_the_secret_of_one_that_may_more(
    admin: Any, made: Any, customer: Any, stranger: Any, file: str
) -> None:
    whole = made("serviceadmin", by=admin)
    narrowed = made("serviceadmin", by=whole, end="2099-01-01T00:00:00Z", uses=100)
    first = [each["id"] for each in admin("GET", KEYS).json["items"] if each["parent"] is None]
    assert len(first) == 2
    for id in (whole.id, *first):
        answer = narrowed.json("POST", f"{KEYS}/{id}", {"grace": 60})
        assert answer.status_int == 403 and "key" not in answer.json, answer.text
    assert bearer(stranger, "GET", file, whole.key) == 200
    beside = made("mfileowner", by=admin, end="2099-01-01T00:00:00Z")
    assert narrowed.json("POST", f"{KEYS}/{beside.id}", {}).status_int == 403
    for holder, key in ((narrowed, narrowed), (whole, beside), (admin, whole)):
        assert holder.json("POST", f"{KEYS}/{key.id}", {}).status_int == 200


def test_after_a_rotation_tokens_of_the_former_secret_end_with_it(
    customer: Any, made: Any, stranger: Any, file: str, monkeypatch: Any
) -> None:
    clock = Clock(monkeypatch, "2030-01-01T00:00:00Z")
    owner = made("mfileowner")
    token = attenuation.append(owner.key, {"methods": ["GET"]})
    new = customer.json("POST", f"{KEYS}/{owner.id}", {"grace": 60}).json["key"]
    again = attenuation.append(new, {"methods": ["GET"]})
    assert [bearer(stranger, "GET", file, each) for each in (token, again)] == [200, 200]
    clock.pass_by(60)
    assert [bearer(stranger, "GET", file, each) for each in (token, again)] == [404, 200]
    customer("DELETE", f"{KEYS}/{owner.id}")
    assert bearer(stranger, "GET", file, again) == 404


def test_a_password_is_asked_for_where_a_browser_can_give_it(
    made: Any, stranger: Any, file: str
) -> None:
    key = made("mfilereadonly", password="correct horse").key
    place = f"/k/{key}/a.txt"
    for right, status in (("wrong horse", 401), ("correct horse", 200)):
        basic = "Basic " + b64encode(f"anyone:{right}".encode()).decode()
        answer = stranger("GET", place, headers={"Authorization": basic})
        assert answer.status_int == status
        assert ("WWW-Authenticate" in answer.headers) == (status == 401)
        assert bearer(stranger, "GET", file, key, **{"Mserve-Password": right}) in (200, 403)
    answer = stranger("GET", place)
    assert (answer.status_int, answer.json["caveat"]) == (401, "password")
    assert answer.headers["WWW-Authenticate"].startswith('Basic realm="mserve"')
    assert bearer(stranger, "GET", file, key) == 403
    assert bearer(stranger, "GET", file, key, **{"Mserve-Password": "wrong horse"}) == 403
    assert bearer(stranger, "GET", file, key, **{"Mserve-Password": "correct horse"}) == 200


# Who can reach a place, and why


def test_keys_that_reach_a_place_are_those_above_too(
    admin: Any, customer: Any, made: Any, file: str
) -> None:
    here, beside = made("mfilereadonly", file), made("mfilereadonly", f"{FILES}/")
    customer("PUT", f"{FILES}/b.txt", body=b"x")
    elsewhere = made("mfilereadonly", f"{FILES}/b.txt")
    reaches = admin("GET", f"{file}/-/access").json["items"]
    assert {here.id, beside.id} < {each["key"] for each in reaches}
    assert elsewhere.id not in {each["key"] for each in reaches}
    assert {each["type"] for each in reaches} == {"mfile", "service", "container", "site"}
    seen, ahead = [], f"{file}/-/access?limit=2"
    while ahead:
        page = admin("GET", ahead).json
        seen += page["items"]
        ahead = page["next"]
    assert seen == reaches
    assert admin("GET", f"{file}/-/access?cursor=x").status_int == 400
    customer("DELETE", f"{KEYS}/{beside.id}")
    assert beside.id not in {each["key"] for each in admin("GET", f"{file}/-/access").json["items"]}


def test_a_decision_is_explained_and_true(
    admin: Any, made: Any, file: str, stranger: Any, subtests: Any
) -> None:
    reader = made("mfilereadonly", methods=["GET", "PUT"], networks=["192.0.2.0/24"])
    for asked, allowed, by in (
        ({"key": reader.id, "address": "192.0.2.1"}, True, None),
        ({"key": reader.id, "address": "192.0.3.1"}, False, "networks"),
        ({"key": reader.id, "method": "DELETE"}, False, "role"),
        ({"key": reader.id, "method": "PUT", "address": "192.0.2.1"}, False, "role"),
        ({"role": "mfileowner", "method": "PUT"}, True, None),
        ({"role": "auditor"}, False, "role"),
    ):
        with subtests.test(str(asked)):
            answer = admin.json("POST", f"{FILES}/-/access", {**asked, "path": "a.txt"}).json
            content = [
                v for v in answer["verdicts"] if v["permission"] in ("read", "write", "remove")
            ]
            assert {(v["allowed"], v["by"]) for v in content} == {(allowed, by)}
    answer = admin.json("POST", f"{FILES}/-/access", {"key": reader.id, "method": "HEAD"})
    assert answer.status_int == 200
    for wrong in ({}, {"key": reader.id, "role": "auditor"}, {"role": "king"}, {"key": 5},
                  {"role": "auditor", "address": "here"},
                  {"role": "auditor", "method": "LOOK"}):  # fmt: skip
        assert admin.json("POST", f"{FILES}/-/access", wrong).status_int == 400, wrong
    unknown = {"key": "0" * 32}
    assert admin.json("POST", f"{FILES}/-/access", unknown).status_int == 404


def test_what_was_revoked_or_is_spent_is_explained(
    admin: Any, customer: Any, made: Any, file: str, see: Any
) -> None:
    parent = made("mfileowner", bytes_out=4)
    child = made("mfileowner", by=parent, uses=2)

    def why(method: str, path: str) -> set[Any]:
        asked = {"key": child.id, "method": method, "path": path}
        found = admin.json("POST", f"{FILES}/-/access", asked).json
        return {(each["operation"], each["by"], each["key"]) for each in found["verdicts"]}

    def spend(id: str, **sums: int) -> None:
        counter = {kind: Sums(most) for kind, most in sums.items()}
        see(lambda site: ledger_of(key_of(site, id)).join(id, counter))

    free = {("files_content", None, None), ("files_facts", None, None)}
    assert why("GET", "a.txt") == free
    spend(parent.id, bytes_out=4)
    paid = {("files_content", "bytes_out", parent.id), ("files_facts", None, None)}
    assert why("GET", "a.txt") == paid and why("HEAD", "a.txt") == free
    spend(child.id, uses=2)
    assert {by for _, by, _ in why("GET", "a.txt")} == {"uses"}
    customer("DELETE", f"{KEYS}/{parent.id}")
    assert {each[1:] for each in why("PUT", "b.txt")} == {("revoked", parent.id)}


def key_of(site: Any, id: str) -> Any:
    return site["demo"]["files"].keys[id]


# What the document says


def test_caveats_of_the_documents_are_those_there_are() -> None:
    table = DOCUMENT.partition("| caveat |")[2].partition("\n\n")[0]
    names = {
        name
        for row in re.findall(r"^\| (`[^|]+) \|", table, re.M)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert names == {*terms.TERMS, "renditions", "password"}


def test_the_example_of_the_document_narrows_a_key(
    made: Any, stranger: Any, file: str, monkeypatch: Any, capsys: Any
) -> None:
    Clock(monkeypatch, "2026-12-31T23:59:59Z")
    [code] = re.findall(r"```python\n(.*?)```", DOCUMENT, re.S)
    key = made("mfileowner").key
    exec(code.replace('"the key"', repr(key)), {})
    token = capsys.readouterr().out.strip()
    assert bearer(stranger, "GET", file, token) == 200
    assert bearer(stranger, "PUT", file, token) == 403
    assert bearer(stranger, "GET", file, token[:-1]) == 404
    Clock(monkeypatch, "2027-01-01T00:00:00Z")
    assert bearer(stranger, "GET", file, token) == 403
