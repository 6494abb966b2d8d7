"""The audit log in the tree: entries, parts, writers at once, savepoints, and what is dropped."""

from typing import Any

import pytest

from mserve import chores, database, ingest
from mserve.resources import audit_keys, clock, ids
from mserve.resources.asker import Asker, asked_by
from mserve.resources.audit import Action, record
from mserve.resources.audit_keys import PART
from mserve.resources.audit_pages import Event, Wanted, page
from mserve.resources.ids import together
from mserve.settings import Settings
from tests.unit.support import Clock, spool, writers

DAY = 86_400


def events(site: Any, node: Any, **wanted: Any) -> list[Event]:
    return page(node, Wanted(**wanted), 1000)[0]


def service_of(site: Any) -> Any:
    return site["demo"]["files"]


def change(service: Any, number: int = 0) -> None:
    record(service, Action.CHANGE, after={"number": number})


def test_who_asks_is_told_to_the_act_alone(see: Any) -> None:
    def act(site: Any) -> None:
        with asked_by(Asker("key:1", "rest", "192.0.2.1")):
            change(service_of(site), 1)
            with asked_by(Asker("key:2", "html")):
                change(service_of(site), 2)
        change(service_of(site), 3)

    see(act)
    found = see(lambda site: events(site, service_of(site), action="change"))
    assert [(e.actor, e.door, e.address, e.after["number"]) for e in found] == [
        ("key:1", "rest", "192.0.2.1", 1), ("key:2", "html", "", 2), ("system", "task", "", 3),
    ]  # fmt: skip
    assert len({event.time for event in found}) == 1


def test_what_is_rolled_back_leaves_no_event_and_what_comes_after_does(db: Any, see: Any) -> None:
    with writers(db, 1) as (writer,):
        service = service_of(writer.site)
        first = writer.manager.savepoint()
        change(service, 1)
        first.rollback()
        change(service, 2)
        second = writer.manager.savepoint()
        change(service, 3)
        second.rollback()
        change(service, 4)
        writer.commit()
    found = see(lambda site: events(site, service_of(site), action="change"))
    assert [event.after["number"] for event in found] == [2, 4]


def test_an_aborted_transaction_leaves_none(see: Any) -> None:
    def act(site: Any) -> None:
        change(service_of(site))
        raise KeyError

    with pytest.raises(KeyError):
        see(act)
    assert see(lambda site: events(site, service_of(site), action="change")) == []


def test_large_transactions_have_several_entries(see: Any) -> None:
    see(lambda site: [change(service_of(site), number) for number in range(250)])
    found = see(lambda site: events(site, service_of(site), action="change"))
    assert sorted(event.after["number"] for event in found) == [*range(250)]
    assert len({event.id.partition(".")[0] for event in found}) == 3


def test_writers_at_once_do_not_meet(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of another process, and all about the same nodes."""
    for _ in range(50):
        with writers(db, 4) as found:
            for number, writer in enumerate(found):
                monkeypatch.setattr(ids, "_process", f"{number:02x}")
                with together():
                    change(service_of(writer.site), number)
                    record(writer.site, Action.CHANGE)
            for writer in found:
                writer.commit()


def test_old_weeks_go_as_a_whole(
    see: Any, db: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = Clock(monkeypatch, "2027-03-01T12:00:00Z")
    for week in range(60):
        see(lambda site, week=week: change(service_of(site), week))
        time.pass_by(7 * DAY)
    assert settings.audit_days == 365
    chores.forget_events(db, settings, None)  # type: ignore[arg-type]  # it uses no queue
    left = see(lambda site: events(site, service_of(site), action="change"))
    assert {event.after["number"] for event in left} == set(range(8, 60))
    assert min(e.time for e in left) <= clock.now() - 365 * DAY * clock.SECOND + PART
    walked = see(lambda site: events(site, site, action="change", deep=True))
    assert walked == left


def test_nought_days_are_for_ever(
    see: Any, db: Any, lines: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    time = Clock(monkeypatch, "2027-03-01T12:00:00Z")
    see(lambda site: change(service_of(site)))
    time.pass_by(5000 * DAY)
    kept = Settings.parse({**lines, "mserve.audit_days": "0"})
    chores.forget_events(db, kept, None)  # type: ignore[arg-type]  # it uses no queue
    assert len(see(lambda site: events(site, service_of(site), action="change"))) == 1


def test_the_next_week_is_there_before_it_begins(
    see: Any, db: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that no two make it at once."""
    Clock(monkeypatch, "2027-03-01T12:00:00Z")
    chores.forget_events(db, settings, None)  # type: ignore[arg-type]  # it uses no queue
    number = audit_keys.number_of(clock.now() + PART)
    assert see(lambda site: number in site.audit.parts)


def test_a_file_older_than_the_log_is_found_no_creation_of(see: Any, db: Any) -> None:
    def forget(site: Any) -> None:
        ingest.create(service_of(site), "a.txt", spool(db, b"x"))

    see(forget)
    assert len(see(lambda site: events(site, service_of(site)["a.txt"]))) == 1
    see(lambda site: site.audit.drop(clock.now() + 2 * PART))
    assert see(lambda site: events(site, service_of(site)["a.txt"])) == []


def test_deep_folders_keep_the_outermost_and_innermost_above_them(see: Any) -> None:
    names = tuple(str(number) for number in range(100))

    def look(site: Any) -> list[int]:
        found, folder = [], service_of(site)
        for name in names:
            folder = folder[name]
            found.append(len(events(site, folder, deep=True)))
        return found

    see(lambda site: ingest.make_folders(service_of(site), names))
    found = see(look)
    assert found[:20] == [*range(100, 80, -1)]
    assert found[-20:] == [*range(20, 0, -1)]


def test_what_the_scheduler_purges_is_recorded(
    see: Any, db: Any, settings: Settings, customer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = Clock(monkeypatch, "2027-03-01T12:00:00Z")
    customer("PUT", "/demo/files/in/a.txt", body=b"x")
    customer("DELETE", "/demo/files/in/a.txt")
    time.pass_by(40 * DAY)
    chores.empty_trash(db, settings, None)  # type: ignore[arg-type]  # it uses no queue
    found = database.run(db, lambda site: events(site, service_of(site), deep=True))
    assert (found[0].actor, found[0].action, found[0].path) == (
        "system", "purge", "demo/files/in/a.txt",
    )  # fmt: skip
