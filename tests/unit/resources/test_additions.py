"""What a transaction adds to the same sums is added up first, and nothing of it is lost."""

from collections import Counter
from random import Random
from typing import Any

import pytest

from mserve import booking, ingest
from mserve.check import Scope, check
from mserve.resources import clock, limiting, metering
from mserve.resources.account import Account, Of
from mserve.resources.additions import Additions
from mserve.resources.figure import Figure
from mserve.resources.limiting import HARD, SOFT, Change
from mserve.resources.metrics import ACCESS, DISC_SPACE, short
from mserve.resources.user import User
from tests.unit.support import Writer, writers

FAR = 1 << 40


def test_what_was_looked_at_gets_no_more() -> None:
    additions = Additions({"a": Figure.of(1)})
    assert additions.add({"a": Figure.of(2), "b": Figure.of(3)})
    assert len(additions) == 2
    assert additions.figures == {"a": Figure.of(1, 2), "b": Figure.of(3)}
    assert not additions.add({"a": Figure.of(4)})
    assert additions.figures == {"a": Figure.of(1, 2), "b": Figure.of(3)}
    assert len(additions) == 2


@pytest.fixture
def anna(see: Any) -> str:
    """Who pays, by id."""

    def make(site: Any) -> str:
        user = User("anna")
        site.users.add(user)
        return user.id

    return str(see(make))


class Doing:
    """Reports of one transaction in two folders, and what they come to."""

    def __init__(self, writer: Writer, anna: str) -> None:
        self.site, self.manager, self.anna = writer.site, writer.manager, anna
        service = self.site["demo"]["files"]
        self.nodes = [self.site["demo"], service, service["a"], service["a"]["b"]]
        self.sums: Counter[str] = Counter()
        self.kept: Any = None

    def report(self, random: Random) -> None:
        node, amount = random.choice(self.nodes), random.randrange(1, 100)
        metering.report(node.lineage(), ACCESS, amount, payer=(self.anna,))
        self.sums.update(dict.fromkeys((self.anna, *(n.id for n in node.lineage())), amount))

    def look(self, random: Random) -> None:
        node = random.choice(self.nodes)
        assert node.usage.get(ACCESS).total == self.sums[node.id]

    def save(self, random: Random) -> None:
        self.kept = self.manager.get().savepoint(), Counter(self.sums)

    def go_back(self, random: Random) -> None:
        if self.kept is not None:
            point, sums = self.kept
            point.rollback()
            self.sums = Counter(sums)

    def limit(self, random: Random) -> None:
        """A node, or who pays, gets a quota or loses it."""
        metric, kind = random.choice([ACCESS, DISC_SPACE]), random.choice([HARD, SOFT])
        change = Change(metric, kind, random.choice([FAR, None]))
        if random.random() < 0.5:
            limiting.limit_user(self.site, self.site.users.get(self.anna), change)
        else:
            limiting.limit_node(random.choice(self.nodes[:2]), change)

    def pour(self, random: Random) -> None:
        booking.pour_all(self.site)

    def step(self, random: Random) -> None:
        once = [self.look, self.save, self.go_back, self.limit, self.pour]
        random.choice([self.report] * 6 + once)(random)


def sums(site: Any, ids: Any) -> dict[str, float]:
    """What is told of those nodes, or of the accounts that are no nodes'."""
    found = {}
    for id in ids:
        node = site if id == site.id else site.ids.get(id)
        account = Account(site, id).now(Of(short(ACCESS))).total
        found[id] = account if node is None else node.usage.get(ACCESS).total
        assert account == found[id]
        if id in site.payers:
            assert site.payers[id].get(ACCESS).total == account
    return found


@pytest.mark.parametrize("seed", range(60))
def test_each_sum_has_what_was_reported_below_it(db: Any, see: Any, anna: str, seed: int) -> None:
    see(lambda site: ingest.make_folders(site["demo"]["files"], ("a", "b")) and None)
    random = Random(seed)
    with writers(db, 1) as [writer]:
        doing = Doing(writer, anna)
        for _ in range(random.randrange(1, 50)):
            doing.step(random)
        writer.commit()
    assert see(lambda site: sums(site, doing.sums)) == doing.sums
    see(booking.book_some)
    see(booking.pour_all)
    assert see(lambda site: sums(site, doing.sums)) == doing.sums
    assert [*check(db, Scope())] == []


def test_a_soft_quota_that_is_set_in_between_is_held_against_what_comes(
    see: Any, anna: str
) -> None:
    def act(site: Any) -> list[float]:
        user, nodes = site.users.get(anna), [*site["demo"]["files"].lineage()]
        limiting.limit_user(site, user, Change(DISC_SPACE, HARD, FAR))
        metering.enter(nodes, {DISC_SPACE: Figure.of(5)}, clock.now(), (anna,))
        limiting.limit_user(site, user, Change(DISC_SPACE, SOFT, 10))
        metering.enter(nodes, {DISC_SPACE: Figure.of(20)}, clock.now(), (anna,))
        return [crossing.used for _, crossing in site.warnings.items()]

    assert see(act) == [25]
