"""A process counts its commits, and the conflicts on the way to them."""

from typing import Any

import pytest
from ZEO.Exceptions import ClientDisconnected

from mserve import conflicts, database
from mserve.conflicts import Tally


@pytest.fixture
def tally(monkeypatch: pytest.MonkeyPatch) -> Tally:
    tally = Tally()
    monkeypatch.setattr(database, "TALLY", tally)
    return tally


def test_nothing_was_done_yet(tally: Tally) -> None:
    assert str(tally) == "0 commits, 0 conflicts (0.000 a commit)"


def test_what_two_write_at_once_is_a_conflict(db: Any, tally: Tally) -> None:
    met = []

    def act(site: Any) -> None:
        site.sign = len(met)
        if not met:
            met.append(True)
            with db.transaction() as other:  # another process's, meanwhile
                database.site_of(other).sign = -1

    database.run(db, act)
    assert (tally.commits, tally.met) == (1, {"Site": 1})
    assert str(tally) == "1 commits, 1 conflicts (1.000 a commit): Site 1"


def test_a_database_that_is_away_is_no_conflict(tally: Tally) -> None:
    tally.note(ClientDisconnected())
    assert not tally.met
    assert conflicts.TALLY is not tally
