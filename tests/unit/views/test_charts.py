"""Charts of usage: what they show, that they say it in words, and the tables beside them."""

from typing import Any
from xml.etree import ElementTree

import pytest

from mserve import booking, database
from mserve.resources.expiry import keep_from
from mserve.resources.figure import Figure
from mserve.resources.metering import enter, report
from mserve.resources.metrics import BUILT_IN, RESPONSE_TIME, TASK, TASK_FAILURE
from mserve.resources.period import Grain
from mserve.views.chart_look import BAD
from mserve.views.html import chart_words
from tests.unit.conftest import Client
from tests.unit.support import Clock

SERVICE = "/demo/files"
USAGE = f"{SERVICE}/-/usage"
HTML = {"Accept": "text/html"}
SVG = "{http://www.w3.org/2000/svg}"
TASKS = "metric=http://mserve/task&metric=http://mserve/taskfailure"


@pytest.fixture
def time(monkeypatch: Any) -> Clock:
    return Clock(monkeypatch, "2026-10-30T10:22:00Z")


@pytest.fixture
def used(customer: Client, time: Clock, db: Any) -> None:
    """Tasks, one of which fails, and reads, two of them in one hour."""
    customer("PUT", f"{SERVICE}/a.txt", body=b"12345")

    def act(site: Any) -> None:
        nodes = [*site["demo"]["files"].lineage()]
        for name, ended in (("mime", 3), ("thumbnail", 2)):
            report(nodes, TASK, *[1] * ended, payer=(), tags=(("task", name),))
        report(nodes, TASK_FAILURE, 1, payer=(), tags=(("task", "thumbnail"),))
        enter(nodes, {RESPONSE_TIME: Figure.of(10, 40)}, time.moment)

    database.run(db, act)
    database.run(db, booking.book_some)
    time.pass_by(600)


def chart(client: Client, query: str, url: str = USAGE) -> ElementTree.Element:
    answer = client("GET", f"{url}?{query}&format=svg")
    assert answer.status_int == 200
    return ElementTree.fromstring(answer.body)


def texts(tree: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in tree.iter(f"{SVG}text")]


def said(tree: ElementTree.Element) -> tuple[str, str]:
    """The title and the description, as who can't see it is told."""
    for name, value in (("role", "img"), ("aria-labelledby", "title"),
                        ("aria-describedby", "desc")):  # fmt: skip
        assert tree.get(name) == value
    title, words = tree[0], tree[1]
    assert (title.tag, title.get("id")) == (f"{SVG}title", "title")
    assert (words.tag, words.get("id")) == (f"{SVG}desc", "desc")
    return str(title.text), str(words.text)


def test_each_says_in_words_what_it_shows(used: None, admin: Client) -> None:
    disc = said(chart(admin, "metric=http://mserve/disc&group=day&from=2026-10-30"))
    assert disc == ("disc by day", "From 10-30 to 10-30 (UTC): disc at most 5 (10-30).")
    types = said(chart(admin, "metric=http://mserve/disc_space&group=mimetype"))
    assert types == ("disc_space by mimetype", "text/plain 5")
    mean = said(chart(admin, "metric=http://mserve/responsetime&group=hour"))
    assert mean[1].endswith("responsetime at most 25 (10-30 10:00).")
    nothing = said(chart(admin, "metric=http://example.com/none&group=day"))
    assert nothing[1] == "There is nothing to show."


def test_what_is_known_of_one_moment_alone_is_seen(used: None, admin: Client, time: Clock) -> None:
    def dots() -> int:
        drawn = chart(admin, "metric=http://mserve/disc&group=day&from=2026-10-30")
        return sum(each.get("class", "").startswith("dot ") for each in drawn.iter(f"{SVG}circle"))

    assert dots() == 1
    time.pass_by(3 * 86_400)
    assert dots() == 0, "a line shows it"


def test_tasks_are_a_pie_with_what_failed_in_red(used: None, admin: Client) -> None:
    tree = chart(admin, f"{TASKS}&group=task")
    assert [*map(str, texts(tree))][:3] == ["mime", "thumbnail", "failed"]
    assert BAD in "".join(tree.itertext())
    assert [each.text for each in tree.iter(f"{SVG}desc") if each.get("class") == "value"] == [
        "3", "1", "1",
    ]  # fmt: skip


def test_steps_of_an_hour_and_the_time_of_responses(used: None, admin: Client) -> None:
    assert "10:20" in texts(chart(admin, f"{TASKS}&group=5min&from=2026-10-30T10:00:00Z"))
    assert {"responsetime: mean", "most"} <= {
        *texts(chart(admin, "metric=http://mserve/responsetime&group=hour"))
    }


def test_services_have_names(used: None, admin: Client) -> None:
    tree = chart(admin, "metric=http://mserve/ingest&group=service", "/-/usage")
    assert "demo/files" in texts(tree)


def rows(page: Any, title: str) -> list[list[str]]:
    [figure] = [
        each for each in page.html.select("figure") if each.figcaption.text.strip() == title
    ]
    return [[cell.text for cell in row.select("td, th")] for row in figure.select("tr")]


def test_the_page_has_the_numbers_of_each_chart(used: None, admin: Client) -> None:
    page = admin("GET", USAGE, headers=HTML)
    assert rows(page, "How tasks ended") == [
        ["", "task", "taskfailure"], ["mime", "3", "0"], ["thumbnail", "2", "1"],
    ]  # fmt: skip
    assert rows(page, "Tasks in the last hour")[-3] == ["10:20", "5", "1"]
    assert rows(page, "Milliseconds to the first byte")[-1] == ["10-30", "25", "40", "2"]
    assert rows(admin("GET", "/-/usage", headers=HTML), "Top services: bytes kept") == [
        ["", "disc_space"], ["demo/files", "5"],
    ]  # fmt: skip


def test_charts_have_another_address_when_they_changed(
    used: None, admin: Client, time: Clock
) -> None:
    def addresses() -> list[str]:
        page = admin("GET", f"{SERVICE}/-/usage", headers=HTML)
        return [each["src"] for each in page.html.select("figure img")]

    before = addresses()
    assert addresses() == before
    admin("PUT", f"{SERVICE}/b.txt", body=b"1")
    assert not {*before} & {*addresses()}


def test_the_page_of_a_file_and_of_a_time_that_is_over(
    used: None, admin: Client, db: Any, time: Clock
) -> None:
    moments = {Grain.STEP: time.moment, Grain.HOUR: time.moment, Grain.DAY: time.moment}
    database.run(db, lambda site: keep_from(site.series, moments))
    for place in (USAGE, f"{SERVICE}/a.txt/-/usage", "/-/usage"):
        for name in ("day", "month", "year"):
            page = admin("GET", f"{place}?time={name}", headers=HTML)
            for image in page.html.select("figure img"):
                assert admin("GET", image["src"].removeprefix("http://localhost")).status_int == 200


def test_a_chart_speaks_the_readers_language(admin: Any) -> None:
    url = "/demo/files/-/usage?metric=http://mserve/ingest&group=day&format=svg"
    admin("PUT", "/demo/files/a.txt", body=b"x")
    german = admin("GET", url, headers={"Accept-Language": "de"})
    assert "Eingang nach Tag" in german.text and "(UTC): Eingang höchstens 1" in german.text
    english = admin("GET", url, headers={"If-None-Match": german.headers["ETag"]})
    assert english.status_int == 200 and "ingest by day" in english.text
    known = {"Accept-Language": "de", "If-None-Match": german.headers["ETag"]}
    assert admin("GET", url, headers=known).status_int == 304


def test_each_metric_is_described_in_each_language() -> None:
    marked = {str(each) for each in (*chart_words.DESCRIPTIONS, *chart_words.UNITS)}
    marked |= {str(each) for each in chart_words.METRICS}
    for each in BUILT_IN.values():
        assert {each.label, each.description, each.unit} <= marked, each
