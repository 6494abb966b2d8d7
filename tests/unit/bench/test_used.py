"""The year that the bench fills in is one that schedulers and doors could have made."""

from typing import Any

import pytest

from bench import used
from mserve import database
from mserve.check import accounts
from mserve.resources import unindexed
from mserve.resources.account import Account
from mserve.resources.metrics import DISC, FILE, INGEST
from mserve.resources.report import Asked, lines
from mserve.resources.rows import Dimension


def test_a_year_of_files(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(used, "ARRIVALS", 5)
    monkeypatch.setattr(used, "SERVICES", 2)
    places = used.make(db, 2)
    used.use(db, places, "few", 5)
    used.use(db, places, "many", 10)

    def look(site: Any) -> None:
        service = site["c1"]["s1"]
        assert len(service.children) == 15
        assert service.usage.get(INGEST).reports == 15
        assert service.usage.get(DISC).rate == 15 * used.SIZE
        assert site["c1"].usage.get(FILE).total == 30
        found = lines(Account(site, site["c1"].id), Asked(("file",), by=Dimension.KEY))
        assert [line.figure.total for line in found] == [15, 15]
        assert [*accounts.check(site, False)] == []
        assert not unindexed.count(site) and not site.journal.pending.count()

    database.run(db, look)
