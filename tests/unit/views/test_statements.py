"""Statements of keys, which are told as those of places are, and can be proved."""

import csv
import io
from hashlib import sha256
from typing import Any

import pytest

from mserve import booking, database
from tests.unit.conftest import Client
from tests.unit.support import Clock

SERVICE = "/demo/files"
KEYS = f"{SERVICE}/-/keys"
HTML = {"Accept": "text/html"}


@pytest.fixture
def time(monkeypatch: Any) -> Clock:
    return Clock(monkeypatch, "2026-10-30T10:20:00Z")


@pytest.fixture
def keys(customer: Client, app: Any, time: Clock, db: Any) -> tuple[str, str]:
    """The ids of the customer's key and of one made from it; each has brought a file."""
    made = customer.json("POST", KEYS, {"role": "mfilereadwrite", "label": "Anna"}).json
    Client(app, made["key"])("PUT", f"{SERVICE}/b.txt", body=b"123")
    customer("PUT", f"{SERVICE}/c.txt", body=b"12")
    database.run(db, booking.book_some)
    return made["parent"], made["id"]


def used(told: Any) -> Any:
    return {each["metric"].removeprefix("http://mserve/"): each["used"] for each in told["items"]}


def test_a_key_has_a_statement(keys: Any, admin: Client, customer: Client, time: Clock) -> None:
    parent, child = keys
    own = customer("GET", f"{KEYS}/{child}/statement").json
    assert (own["key"], own["name"], own["month"], own["closed"]) == (
        child, "Anna", "2026-10", False,
    )  # fmt: skip
    assert used(own)["ingest"] == 3
    assert used(admin("GET", f"{KEYS}/{parent}/statement?month=2026-10").json)["ingest"] == 5
    time.set("2026-11-02T00:00:00Z")
    closed = customer("GET", f"{KEYS}/{child}/statement?month=2026-10").json
    assert (closed["closed"], closed["digest"]) == (True, own["digest"])


def test_its_digest_is_over_its_entries(keys: Any, admin: Client) -> None:
    """Where they have each come by another key, too: they differ in their other accounts."""
    parent, child = (f"{KEYS}/{id}" for id in keys)
    found = {}
    for place in (parent, child, f"{SERVICE}/-", "/-"):
        told = admin("GET", f"{place}/statement").json
        lines = admin("GET", f"{place}/statement/entries").text.splitlines()
        digest = ""
        for line in lines:
            digest = sha256(f"{digest}{line}".encode()).hexdigest()
        assert (told["entries"], told["digest"]) == (len(lines), digest)
        found[place] = [keys[1] in line for line in lines]
    assert {*found[child]} == {True}
    assert all({*found[place]} == {True, False} for place in (parent, f"{SERVICE}/-", "/-"))


def test_it_is_a_table_and_a_page(keys: Any, customer: Client) -> None:
    place = f"{KEYS}/{keys[1]}/statement"
    table = customer("GET", f"{place}?format=csv")
    rows = {each["metric"]: each["used"] for each in csv.DictReader(io.StringIO(table.text))}
    assert rows["http://mserve/ingest"] == "3"
    page = customer("GET", place, headers=HTML)
    assert "through the key Anna" in page.text and "http://mserve/ingest" in page.text
    assert customer("GET", f"{place}?format=csv", headers=HTML).content_type == "text/csv"


def test_who_may_not_see_the_key_sees_no_statement(keys: Any, app: Any, customer: Client) -> None:
    made = customer.json("POST", KEYS, {"role": "mfileowner"}).json
    other = Client(app, made["key"])
    for below in ("statement", "statement/entries", "usage"):
        assert other("GET", f"{KEYS}/{keys[1]}/{below}").status_int == 403
        assert other("GET", f"{KEYS}/{keys[1]}/{below}", headers=HTML).status_int == 403
    assert customer("GET", f"{KEYS}/{keys[1]}/statement/others").status_int == 404
    assert customer("GET", f"{KEYS}/{keys[1]}/statement?month=2026-13").status_int == 400
