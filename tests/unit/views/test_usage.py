"""Usage over REST: by time, by who pays, by type, as a table, and reported by programs."""

import csv
import io
import json
from hashlib import sha256
from typing import Any
from xml.etree import ElementTree

import pytest

from mserve import booking, database
from mserve.check import Scope, check
from tests.unit.conftest import Client
from tests.unit.support import Clock

SERVICE = "/demo/files"
USAGE = f"{SERVICE}/-/usage"
FRAMES = "http://example.com/frames"
HEAT = "http://example.com/heat"


@pytest.fixture
def lines(lines: dict[str, str]) -> dict[str, str]:
    return {**lines, "mserve.metrics": f"{FRAMES} value frames Frames\n{HEAT} rate joules Heat"}


@pytest.fixture
def time(monkeypatch: Any) -> Clock:
    return Clock(monkeypatch, "2026-10-30T10:20:00Z")


@pytest.fixture
def used(customer: Client, time: Clock, db: Any) -> None:
    """Two files; after three days, and what came first booked, one is removed."""
    customer("PUT", f"{SERVICE}/a/x.jpg", body=b"12345")
    time.pass_by(3600)
    customer("PUT", f"{SERVICE}/a/y.txt", body=b"1234567")
    database.run(db, booking.book_some)
    time.pass_by(86_400 * 3)
    customer("DELETE", f"{SERVICE}/a/x.jpg")


def told(client: Client, query: str, url: str = USAGE) -> list[Any]:
    found: list[Any] = client("GET", f"{url}?{query}").json["items"]
    return found


def test_a_rate_is_told_by_the_day(used: None, admin: Client) -> None:
    days = told(admin, "metric=http://mserve/disc&group=day")
    dates = ["2026-10-30", "2026-10-31", "2026-11-01", "2026-11-02"]
    assert [day["from"][:10] for day in days] == dates
    first = 5 * (13 * 3600 + 40 * 60) + 7 * (12 * 3600 + 40 * 60)
    last = 12 * (11 * 3600 + 20 * 60)
    assert [day["total"] for day in days] == [first, 12 * 86_400, 12 * 86_400, last]
    assert days[-1]["rateCumulative"] == sum(day["total"] for day in days)
    [whole] = told(admin, "metric=http://mserve/disc")
    assert whole["total"] == days[-1]["rateCumulative"]


def test_hours_are_cut_where_it_is_asked_for(used: None, admin: Client) -> None:
    hours = "from=2026-10-30T11:00:00Z&to=2026-10-30T13:00:00Z&group=hour"
    disc = told(admin, f"metric=http://mserve/disc&{hours}", f"{SERVICE}/a/-/usage")
    assert [hour["total"] for hour in disc] == [5 * 3600 + 7 * 2400, 12 * 3600]
    ingest = told(admin, f"metric=http://mserve/ingest&{hours}", "/-/usage")
    assert [hour["total"] for hour in ingest] == [7, 0]


def test_a_month_and_a_day_are_times(used: None, admin: Client) -> None:
    [october] = told(admin, "metric=http://mserve/ingest&from=2026-10&to=2026-11")
    assert (october["total"], october["reports"], october["squares"]) == (12, 2, 74)
    [day] = told(admin, "metric=http://mserve/ingest&from=2026-10-31&to=2026-11-01")
    assert day["total"] == 0


def test_it_is_told_apart_by_type_and_key(used: None, admin: Client) -> None:
    types = told(admin, "metric=http://mserve/disc_space&group=mimetype")
    found = {each["mimetype"]: each["total"] for each in types}
    assert found == {"image/jpeg": 5, "text/plain": 7}
    [service] = told(admin, "metric=http://mserve/ingest&group=service", "/-/usage")
    assert (service["service"], service["total"]) == (
        admin("GET", f"{SERVICE}/-/info").json["id"],
        12,
    )
    assert told(admin, "metric=http://mserve/ingest&group=service") == []
    [key] = told(admin, "metric=http://mserve/ingest&group=key", "/-/usage")
    assert key["total"] == 12
    own = admin("GET", f"{SERVICE}/-/keys/{key['key']}/usage?metric=http://mserve/ingest")
    assert own.json["items"][0]["total"] == 12


def test_what_a_sub_key_uses_is_its_parents_as_well(customer: Client, app: Any) -> None:
    made = customer.json("POST", f"{SERVICE}/-/keys", {"role": "mfilereadwrite"}).json
    Client(app, made["key"])("PUT", f"{SERVICE}/b.txt", body=b"123")
    customer("PUT", f"{SERVICE}/c.txt", body=b"12")
    keys = told(customer, "metric=http://mserve/ingest&group=key")
    by_key = {each["key"]: each["total"] for each in keys}
    [own] = by_key.keys() - {made["id"]}
    assert by_key == {made["id"]: 3, own: 2}
    for id, total in ((made["id"], 3), (own, 5)):
        place = f"{SERVICE}/-/keys/{id}/usage?metric=http://mserve/ingest"
        assert customer("GET", place).json["items"][0]["total"] == total


def test_a_summary_has_mean_and_spread(used: None, admin: Client) -> None:
    answer = admin("GET", f"{SERVICE}/-/usagesummary?metric=http://mserve/ingest").json
    assert answer["items"] == [
        {
            "metric": "http://mserve/ingest", "n": 2, "sum": 12, "min": 5, "max": 7, "avg": 6.0,
            "variance": 1.0, "stddev": 1.0,
        }
    ]  # fmt: skip


def test_a_table_is_csv(used: None, admin: Client) -> None:
    answer = admin("GET", f"{USAGE}?format=csv&group=mimetype")
    assert answer.content_type == "text/csv"
    rows = [*csv.DictReader(io.StringIO(answer.text))]
    as_json = told(admin, "group=mimetype")
    assert [row["mimetype"] for row in rows] == [each["mimetype"] for each in as_json]
    assert [float(row["total"]) for row in rows] == [each["total"] for each in as_json]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=2026-10-30T11:01:00Z", "by hour here; right is for example 2026-10-30T11:00"),
        ("from=yesterday", "is no time"),
        ("from=2026-11&to=2026-10", "after `from`"),
        ("group=colour", "hour, day, month, key"),
        ("metric=disc", "URI"),
        ("format=xml", "json or csv"),
        ("from=1026-10&group=hour", "20000 lines"),
    ],
)
def test_what_cannot_be_told_is_400(admin: Client, query: str, words: str) -> None:
    answer = admin("GET", f"{USAGE}?{query}")
    assert (answer.status_int, words in answer.json["detail"]) == (400, True)


def test_a_file_tells_of_days(used: None, admin: Client) -> None:
    place = f"{SERVICE}/a/y.txt/-/usage"
    days = told(admin, "metric=http://mserve/disc&group=day", place)
    assert [day["total"] for day in days][1:3] == [7 * 86_400] * 2
    answer = admin("GET", f"{place}?from=2026-10-30T11:00:00Z")
    assert (answer.status_int, "by day here" in answer.json["detail"]) == (400, True)


def test_a_chart_needs_no_script(used: None, admin: Client) -> None:
    for query in ("group=day&metric=http://mserve/disc", "group=mimetype", "group=month", ""):
        answer = admin("GET", f"{USAGE}?{query}&format=svg")
        assert answer.content_type == "image/svg+xml"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert ElementTree.fromstring(answer.body).tag == "{http://www.w3.org/2000/svg}svg"
        assert b"<script" not in answer.body
        assert (b">text/plain<" in answer.body) == ("mimetype" in query)


def test_pages_show_charts_and_statements(used: None, admin: Client) -> None:
    html = {"Accept": "text/html"}
    for place, count in (
        ("/-/usage", 12),
        ("/demo/-/usage?time=day", 12),
        (USAGE, 10),
        (f"{SERVICE}/a/y.txt/-/usage?time=year", 8),
    ):
        page = admin("GET", place, headers=html)
        charts = [img["src"] for img in page.html.select("figure img")]
        assert len(charts) == count == len(page.html.select("figure table"))
        for address in charts:
            path = address.removeprefix("http://localhost")
            assert admin("GET", path).content_type == "image/svg+xml"
        table = page.html.select_one("figure > a")["href"].removeprefix("http://localhost")
        assert admin("GET", table, headers=html).content_type == "text/csv"
    page = admin("GET", STATEMENT, headers=html)
    assert "does not change any more" in page.text
    assert admin("GET", f"{STATEMENT}&format=csv", headers=html).content_type == "text/csv"
    assert admin("GET", "/-/usage?time=week", headers=html).status_int == 400


STATEMENT = f"{SERVICE}/-/statement?month=2026-10"


def test_a_statement_is_closed_a_day_after_its_month(
    used: None, admin: Client, time: Clock
) -> None:
    told = admin("GET", STATEMENT).json
    assert (told["month"], told["closed"]) == ("2026-10", True)
    items = {each["metric"].rpartition("/")[2]: each for each in told["items"]}
    assert items["disc"]["used"] == 5 * 3600 + 12 * (12 * 3600 + 40 * 60) + 12 * 86_400
    assert (items["disc"]["at_end"], items["disc"]["unit"]) == (12, "bytes")
    assert (items["ingest"]["used"], items["ingest"]["reports"]) == (12, 2)
    november = admin("GET", f"{SERVICE}/-/statement").json
    assert (november["month"], november["closed"]) == ("2026-11", False)


def test_what_comes_late_counts_in_the_next_month(
    used: None, admin: Client, time: Clock, db: Any
) -> None:
    before = admin("GET", STATEMENT).json
    time.set("2026-10-31T23:00:00Z")
    admin("PUT", f"{SERVICE}/late.txt", body=b"123")
    time.set("2026-11-03T00:00:00Z")
    assert admin("GET", STATEMENT).json == before
    database.run(db, booking.book_some)
    assert admin("GET", STATEMENT).json == before
    [disc] = told(admin, "metric=http://mserve/disc")
    [later] = told(admin, "metric=http://mserve/disc&from=2026-11-01")
    [former] = [each for each in before["items"] if each["metric"].endswith("/disc")]
    assert later["total"] + former["used"] == disc["total"]


def test_its_digest_is_over_its_entries(used: None, admin: Client, db: Any) -> None:
    database.run(db, booking.book_some)
    told = admin("GET", STATEMENT).json
    lines = admin("GET", f"{SERVICE}/-/statement/entries?month=2026-10").text.splitlines()
    digest = ""
    for line in lines:
        digest = sha256(f"{digest}{line}".encode()).hexdigest()
    assert (told["entries"], told["digest"]) == (len(lines), digest)
    assert [json.loads(line)["counted"] // 10**15 for line in lines] == [1, 1]


@pytest.mark.parametrize("booked", [False, True])
def test_what_is_undone_counts_no_more(admin: Client, db: Any, booked: bool) -> None:
    admin("PUT", f"{SERVICE}/x.jpg", body=b"12345")
    before = told(admin, "metric=http://mserve/disc_space&group=mimetype")
    admin("PUT", f"{SERVICE}/._y.jpg", body=b"1234567")  # no workflow runs
    if booked:
        database.run(db, booking.book_some)
    newest = admin("GET", f"{SERVICE}/-/history").json["items"][0]["url"]
    assert admin.json("POST", newest, {"undo": True}).status_int == 200
    after = told(admin, "metric=http://mserve/disc_space&group=mimetype")
    assert [each["total"] for each in after] == [each["total"] for each in before] == [5]
    assert [each for each in check(db, Scope()) if each.kind == "usage"] == []


def report(client: Client, *reports: Any) -> Any:
    return client.json("POST", USAGE, {"reports": [*reports]})


def test_programs_report_what_they_have_measured(admin: Client, time: Clock) -> None:
    answer = report(admin, {"metric": FRAMES, "amount": 3}, {"metric": FRAMES, "amount": 4.5})
    assert answer.json["items"][0]["total"] == 7.5
    report(admin, {"metric": HEAT, "rate": 40})
    time.pass_by(60)
    report(admin, {"metric": HEAT, "rate": -40})
    time.pass_by(60)
    [heat] = told(admin, f"metric={HEAT}", "/-/usage")
    assert (heat["total"], heat["rate"]) == (40 * 60, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"metric": "http://mserve/ingest", "amount": 3},
        {"metric": FRAMES},
        {"metric": FRAMES, "amount": True},
        {"metric": FRAMES, "amount": 1e30},
        {"metric": FRAMES, "rate": 3},
        {"metric": HEAT, "amount": 3},
        {"metric": HEAT, "rate": 0.5},
        {"metric": FRAMES, "amount": 3, "more": 4},
        "frames",
    ],
)
def test_a_wrong_report_changes_nothing(admin: Client, wrong: Any) -> None:
    answer = report(admin, {"metric": FRAMES, "amount": 1}, wrong)
    assert (answer.status_int, answer.json["faults"][0]["place"]) == (400, "/reports/1")
    assert told(admin, f"metric={FRAMES}")[0]["total"] == 0


def test_a_customer_reports_nothing(customer: Client) -> None:
    assert report(customer, {"metric": FRAMES, "amount": 1}).status_int == 403


def test_the_registry_has_units(stranger: Client) -> None:
    found = {each["uri"]: each for each in stranger("GET", "/-/metrics-registry").json["items"]}
    assert found["http://mserve/disc"]["unit"] == "bytes"
    assert found[HEAT] == {"uri": HEAT, "kind": "rate", "unit": "joules", "description": "Heat"}
