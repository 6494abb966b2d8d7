"""Sums of usage by fine times go when these are long over, and what is asked of then is refused."""

from typing import Any

import pytest

from mserve import booking, database
from mserve.check import Scope, check
from mserve.expiring import expire_rows
from mserve.resources import expiry
from mserve.resources.metering import report
from mserve.resources.metrics import TASK, TASK_FAILURE
from mserve.resources.period import DAY_LONG, Grain
from mserve.resources.rows import Dimension, keys_in
from mserve.settings import Settings
from mserve.tasks.queue import Queues
from tests.unit.conftest import Client
from tests.unit.support import Clock

SERVICE = "/demo/files"
USAGE = f"{SERVICE}/-/usage"
FILE = f"{SERVICE}/a/x.txt/-/usage"
DISC = "metric=http://mserve/disc"


@pytest.fixture
def lines(lines: dict[str, str]) -> dict[str, str]:
    return {**lines, "mserve.usage_by_hour_days": "10", "mserve.usage_by_day_days": "40"}


@pytest.fixture
def time(monkeypatch: Any) -> Clock:
    return Clock(monkeypatch, "2026-01-10T10:20:00Z")


@pytest.fixture
def used(customer: Client, time: Clock, db: Any) -> None:
    """A file each ten days, up to 21 March; it is the 31st."""
    for number in range(8):
        customer("PUT", f"{SERVICE}/a/x.txt", body=bytes(number))
        time.pass_by(10 * 86_400)
        database.run(db, booking.book_some)


def told(client: Client, query: str, url: str = USAGE) -> list[Any]:
    found: list[Any] = client("GET", f"{url}?{query}").json["items"]
    return found


def rows(db: Any, account: str, grain: Grain) -> int:
    def count(site: Any) -> int:
        found = site.series.get(account)
        metrics = ("disc", "ingest", "file", "task")
        return sum(
            len([*keys_in(found, grain, dimension, metric)])
            for metric in metrics
            for dimension in Dimension
        )

    return int(database.run(db, count))


def differences(db: Any, repair: bool = False) -> list[Any]:
    return [each for each in check(db, Scope(repair=repair)) if each.kind == "usage"]


@pytest.fixture
def expired(used: None, db: Any, settings: Settings, queues: Queues) -> None:
    expire_rows(db, settings, queues)


def test_what_is_kept_says_what_it_did(
    used: None, admin: Client, db: Any, settings: Settings, queues: Queues
) -> None:
    queries = [
        (USAGE, DISC), (USAGE, "group=key"), (FILE, ""),
        (USAGE, f"{DISC}&group=month&from=2026-01"),
        (USAGE, f"{DISC}&group=day&from=2026-02-01"), (FILE, f"{DISC}&group=day&from=2026-02-01"),
        (FILE, f"{DISC}&group=mimetype"), (USAGE, f"{DISC}&from=2026-02-01&to=2026-03-20"),
        (USAGE, f"{DISC}&from=2026-01&to=2026-03-20"),
    ]  # fmt: skip
    before = [told(admin, query, url) for url, query in queries]
    service = admin("GET", f"{SERVICE}/-/info").json["id"]
    file = admin("GET", f"{SERVICE}/a/x.txt/-/info").json["id"]
    counts = [(service, each) for each in (Grain.HOUR, Grain.DAY, Grain.MONTH)]
    counts.append((file, Grain.DAY))
    had = [rows(db, *each) for each in counts]
    expire_rows(db, settings, queues)
    have = [rows(db, *each) for each in counts]
    assert [a < b for a, b in zip(have, had, strict=True)] == [True, True, False, True]
    assert [told(admin, query, url) for url, query in queries] == before
    assert differences(db) == []


def test_a_difference_is_found_after_it_as_well(expired: None, db: Any, admin: Client) -> None:
    service = admin("GET", f"{SERVICE}/-/info").json["id"]

    def lose(site: Any) -> None:
        found = site.series.get(service)
        del found[[*keys_in(found, Grain.DAY, Dimension.WHOLE, "ingest")][-1]]

    database.run(db, lose)
    [finding] = differences(db)
    assert ("by day" in finding.what, finding.mended) == (True, False)
    assert [each.mended for each in differences(db, repair=True)] == [True]
    assert differences(db) == []


@pytest.mark.parametrize(
    ("url", "query", "words"),
    [
        (USAGE, "group=hour&from=2026-03-01", "by hour is kept from 2026-03-21T00:00:00"),
        (USAGE, "group=hour&to=2026-03-01", "by hour is kept from"),
        (USAGE, "group=day&from=2026-01", "by day is kept from 2026-02-01T00:00:00"),
        (USAGE, "from=2026-03-01T05:00:00Z", "by day here; right is for example 2026-03-01T00"),
        (USAGE, "from=2026-01-05", "by month here; right is for example 2026-01-01T00"),
        (FILE, "from=2026-01-12", "of a file is kept from 2026-02-01T00:00:00"),
    ],
)
def test_what_is_not_kept_is_400(
    expired: None, admin: Client, url: str, query: str, words: str
) -> None:
    answer = admin("GET", f"{url}?{query}")
    assert (answer.status_int, words in answer.json["detail"]) == (400, True)


def test_without_a_time_it_begins_with_what_is_kept(expired: None, admin: Client) -> None:
    for group, begin in (("hour", "03-21"), ("day", "02-01"), ("month", "01-01")):
        assert told(admin, f"{DISC}&group={group}")[0]["from"][5:10] == begin


def test_each_transaction_does_a_part(used: None, db: Any, admin: Client) -> None:
    service = admin("GET", f"{SERVICE}/-/info").json["id"]

    def go_on(site: Any) -> bool:
        expiry.keep_from(site.series, {Grain.HOUR: site.created + 70 * DAY_LONG})
        return expiry.expire(site.series, many=1, most=2)

    had = first = rows(db, service, Grain.HOUR)
    times = 0
    while database.run(db, go_on):
        now = rows(db, service, Grain.HOUR)
        assert had - now <= 2
        had, times = now, times + 1
    assert times > first > had
    assert not database.run(db, go_on)


def test_tasks_are_told_by_five_minutes(
    customer: Client, admin: Client, time: Clock, db: Any, settings: Settings, queues: Queues
) -> None:
    expire_rows(db, settings, queues)
    for minutes, metric in ((0, TASK), (3, TASK), (3, TASK_FAILURE), (7, TASK)):
        time.pass_by(minutes * 60)
        database.run(db, lambda site, m=metric: report([*site["demo"]["files"].lineage()], m, 1))
        database.run(db, booking.book_some)
    steps = "metric=http://mserve/task&metric=http://mserve/taskfailure&group=5min"
    found = [
        (each["metric"][14:], each["from"][11:16], each["total"]) for each in told(admin, steps)
    ]
    assert found == [
        *[("task", each, n) for each, n in (("10:20", 2), ("10:25", 0), ("10:30", 1))],
        *[("taskfailure", each, n) for each, n in (("10:20", 0), ("10:25", 1), ("10:30", 0))],
    ]
    assert len(told(admin, f"{steps}&from=2026-01-10T10:25:00Z&to=2026-01-10T10:30:00Z")) == 2
    for query in ("group=5min", f"{DISC}&group=5min"):
        answer = admin("GET", f"{USAGE}?{query}")
        assert "http://mserve/task and http://mserve/taskfailure alone" in answer.json["detail"]
