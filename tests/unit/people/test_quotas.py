"""Quotas and people: what a user may use, wherever that is; and who is told of soft ones."""

from collections.abc import Callable
from typing import Any

import pytest
from ZODB.POSException import ConflictError

from mserve import ingest
from mserve.chores import settle_payers
from mserve.people.quota_letters import warn_of_quotas
from mserve.resources.asker import Asker, asked_by
from mserve.resources.figure import Figure
from mserve.resources.metrics import DISC_SPACE
from tests.unit.conftest import Client
from tests.unit.locking import node_at
from tests.unit.people.conftest import FILES, Browser, text
from tests.unit.support import Clock, spool, writers

END = "2031-01-15T00:00:00Z"


@pytest.fixture
def clock(monkeypatch: Any) -> Clock:
    return Clock(monkeypatch, "2030-11-15T12:00:00Z")


@pytest.fixture
def her(app: Any, browser: Any, anna: str, customer: Client) -> Client:
    """A program of anna's, who keeps the customer's key."""
    own: Browser = browser().login()
    assert own.call("POST", "/-/account/keys", {"key": customer.key}).status_int < 300
    answer = own.call("POST", "/-/account/tokens", {"label": "program", "end": END})
    return Client(app, answer.json["token"])


@pytest.fixture
def limit(admin: Client, anna: str) -> Callable[..., Any]:
    """`limit(ingest={"hard": 100})` of anna's."""

    def say(place: str = "", **limits: Any) -> Any:
        url = place or f"/-/users/{anna}/"
        answer = admin.json("PATCH", f"{url}quotas", {"quotas": limits})
        assert answer.status_int == 200, answer.json
        return answer.json["quotas"]

    return say


@pytest.fixture
def letters(db: Any, app: Any, settings: Any, mails: Any) -> Callable[[], list[Any]]:
    """`letters()`: to whom, about what and what was sent, once a scheduler has looked."""

    def read() -> list[Any]:
        warn_of_quotas(db, app.app.registry.mserve, app.app.registry.queues)
        found = [(each["To"], each["Subject"], text(each)) for each in mails()]
        return [each for each in found if "quota" in each[1]]

    return read


def put(client: Client, name: str, size: int) -> Any:
    return client("PUT", f"{FILES}{name}", body=b"x" * size)


def test_what_a_user_has_used_counts_before_there_was_a_quota(
    her: Client, customer: Client, limit: Any
) -> None:
    assert put(her, "a.txt", 60).status_int == 201
    assert put(customer, "b.txt", 500).status_int == 201
    told = limit(disc_space={"hard": 100}, ingest={"hard": 150}, file={"hard": 3})
    assert [told[name]["used"] for name in ("disc_space", "ingest", "file")] == [60, 60, 1]
    answer = put(her, "c.txt", 41)
    assert answer.status_int == 507
    assert answer.json["quota"] == {
        "of": "user", "name": "anna", "metric": "disc_space", "most": 100, "used": 60,
        "asked": 41, "opens": None,
    }  # fmt: skip
    assert put(customer, "c.txt", 41).status_int == 201
    assert put(her, "d.txt", 40).status_int == 201
    assert limit()["disc_space"]["used"] == 100


def test_it_does_not_matter_who_removes_it(her: Client, customer: Client, limit: Any) -> None:
    limit(disc_space={"hard": 100}, file={"hard": 1})
    assert put(her, "a.txt", 60).status_int == 201
    assert customer("DELETE", f"{FILES}a.txt").status_int == 204
    told = limit()
    assert (told["disc_space"]["used"], told["file"]["used"]) == (60, 0), "it is in the trash"
    assert put(her, "b.txt", 40).status_int == 201
    [trashed] = customer("GET", f"{FILES}-/trash").json["items"]
    answer = customer("POST", trashed["url"])
    assert (answer.status_int, answer.json["quota"]["of"]) == (507, "user"), "it is her file"
    assert customer("DELETE", trashed["url"]).status_int == 204
    assert limit()["disc_space"]["used"] == 40


def test_what_a_new_version_frees_of_others_is_not_ones_own(
    her: Client, customer: Client, admin: Client, limit: Any
) -> None:
    admin.json("PATCH", FILES, {"properties": {"versions": 0}})
    limit(disc_space={"hard": 100})
    assert put(customer, "a.txt", 90).status_int == 201
    assert put(her, "a.txt", 101).status_int == 507
    assert put(her, "a.txt", 100).status_int == 200
    assert put(her, "a.txt", 99).status_int == 200
    assert limit()["disc_space"]["used"] == 99


def test_the_month_of_a_user_turns(her: Client, limit: Any, clock: Clock) -> None:
    limit(ingest={"hard": 100})
    assert put(her, "a.txt", 100).status_int == 201
    answer = put(her, "b.txt", 1)
    assert (answer.status_int, answer.json["quota"]["of"]) == (403, "user")
    clock.set("2030-12-01T00:00:00Z")
    assert put(her, "b.txt", 100).status_int == 201


def test_two_writers_of_a_user_are_held_to_it(db: Any, her: Client, limit: Any, anna: str) -> None:
    put(her, "one/a.txt", 1)
    put(her, "other/a.txt", 1)
    limit(disc_space={"hard": 50})
    with writers(db, 2) as (one, other), asked_by(Asker(f"user:{anna}", "rest", payer=(anna,))):
        for each, name in ((one, "one"), (other, "other")):
            ingest.create(node_at(each.site, f"demo/files/{name}"), "b", spool(db, b"x" * 30))
        one.commit()
        with pytest.raises(ConflictError):
            other.commit()


def test_who_has_no_quota_is_summed_up_nowhere_else(her: Client, see: Any, limit: Any) -> None:
    limit(file={"soft": 1})
    limit(file=None)
    assert put(her, "a.txt", 1).status_int == 201
    assert see(lambda site: [*site.payers]) == []


def test_what_was_used_while_the_first_quota_was_set_is_counted_by_the_hour(
    her: Client, limit: Any, see: Any, db: Any, app: Any, anna: str
) -> None:
    put(her, "a.txt", 60)
    limit(disc_space={"hard": 100})

    def lose(site: Any) -> None:
        usage = site.payers[anna]
        usage.figures = {**usage.figures, DISC_SPACE: Figure()}

    see(lose)
    settle_payers(db, app.app.registry.mserve, app.app.registry.queues)
    assert limit()["disc_space"]["used"] == 60


def test_a_page_of_the_user_shows_and_sets_them(admin: Client, anna: str, limit: Any) -> None:
    fields = {f"{name}-{kind}": "" for name in limit() for kind in ("hard", "soft")}
    body = {"do": "limit", **fields, "file-hard": "3"}
    html = {**admin.headers, "Accept": "text/html"}
    assert admin.app.post(f"/-/users/{anna}/quotas", body, headers=html).status_int == 303
    assert limit()["file"]["hard"] == 3
    assert 'value="3"' in admin.app.get(f"/-/users/{anna}/quotas", headers=html).text


def test_a_soft_quota_warns_once_by_mail_event_and_header(
    her: Client, limit: Any, letters: Any, admin: Client, clock: Clock, customer: Client
) -> None:
    limit(f"{FILES}-/", disc_space={"soft": 50, "hard": 500})
    told = [put(her, name, 30).headers.get("Mserve-Quota-Warning") for name in "abc"]
    assert told == [None] + ['service;metric="disc_space";soft=50'] * 2
    [(to, subject, words)] = letters()
    assert (to, subject) == ("anna@example.com", "The quota of the service files is nearly used up")
    assert "more than 50 bytes kept" in words and "Beyond 500 it is refused" in words
    events = admin("GET", f"{FILES}-/audit?action=quota-warn").json["items"]
    assert [each["after"] for each in events] == [{"metric": "disc_space", "soft": 50, "used": 60}]
    for name in "abc":
        customer("DELETE", f"{FILES}{name}")
    for trashed in customer("GET", f"{FILES}-/trash").json["items"]:
        customer("DELETE", trashed["url"])
    assert put(her, "d", 51).status_int == 201
    assert len(letters()) == 2, "it was less meanwhile"


def test_a_soft_quota_of_a_user_warns_her_alone_and_anew_each_month(
    her: Client, limit: Any, letters: Any, admin: Client, clock: Clock, make: Any, see: Any
) -> None:
    make("bert")
    limit(ingest={"soft": 50})
    assert put(her, "a", 51).headers["Mserve-Quota-Warning"] == 'user;metric="ingest";soft=50'
    put(her, "b", 51)
    [(to, _, words)] = letters()
    assert to == "anna@example.com" and "50 bytes taken in this month" in words
    [event] = admin("GET", "/-/audit?action=quota-warn").json["items"]
    assert event["after"]["user"] == "anna"
    clock.set("2030-12-01T00:00:00Z")
    put(her, "c", 50)
    assert len(letters()) == 1
    put(her, "d", 1)
    assert len(letters()) == 2


def test_who_keeps_a_key_of_the_container_is_told_too(
    her: Client, limit: Any, letters: Any, admin: Client, make: Any, see: Any
) -> None:
    bert = make("bert")
    secret = admin.json("POST", "/demo/-/keys", {"role": "containeradmin"}).json["id"]
    reader = admin.json("POST", f"{FILES}-/keys", {"role": "mfilereadonly"}).json["id"]
    chris = make("chris")

    def keep(site: Any) -> None:
        container = node_at(site, "demo")
        site.users.get(bert).keep(container.keys[secret])
        site.users.get(chris).keep(node_at(site, "demo/files").keys[reader])

    see(keep)
    limit(f"{FILES}-/", file={"soft": 0})
    put(her, "a", 1)
    assert sorted(to for to, _, _ in letters()) == ["anna@example.com", "bert@example.com"]


def test_who_has_logged_in_sees_the_own_ones(
    browser: Callable[[], Browser], anna: str, admin: Client, limit: Any
) -> None:
    limit(ingest={"hard": 12_345_678, "soft": 3})
    own = browser().login()
    told = own.call("GET", "/-/account/quotas").json
    assert told == admin("GET", f"/-/users/{anna}/quotas").json
    pages = {
        place: own.app.get(f"/-/account{place}", headers={"Accept": "text/html"}).text
        for place in ("", "/quotas", "/statement")
    }
    assert "12 MiB" in pages["/quotas"] and "<button>Save" not in pages["/quotas"]
    assert all(f"/-/account{place}" in pages[""] for place in pages)
    assert "Statement" in pages["/statement"]
    assert own.call("PATCH", "/-/account/quotas", {"quotas": {"ingest": None}}).status_int == 405
