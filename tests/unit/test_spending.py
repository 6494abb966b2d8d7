"""Budgets: exact over processes, settled in the tree, begun again from it if Redis is lost."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing import get_context
from typing import Any

import pytest

from mserve import database
from mserve.errors import OverBudget, Uncounted
from mserve.resources.ledger import Ledger, Sums, owner_of
from mserve.settings import Settings
from mserve.spending import BYTES_OUT, SPENT, UNSETTLED, USES, Account, Budget, Spending
from mserve.tasks.queue import Queues
from mserve.tasks.settling import settle
from tests.unit.tasks.support import RedisServer

CHILD, PARENT = "c" * 32, "p" * 32


@pytest.fixture
def spending(db: Any, queues: Queues) -> Spending:
    return Spending(queues.redis, partial(database.run, db))


@pytest.fixture
def owner(see: Any) -> str:
    """A key of the service /demo/files/."""
    return str(see(lambda site: owner_of(next(iter(site["demo"]["files"].keys.values())))))


@pytest.fixture
def budget(owner: str) -> Callable[..., Budget]:
    def make(limit: int, name: str = CHILD, kind: str = USES) -> Budget:
        return Budget(name, kind, limit, owner)

    return make


@pytest.fixture
def settled(db: Any, settings: Settings, queues: Queues, see: Any, owner: str) -> Any:
    """`settled()`: the ledger's counters, after they were settled."""

    def look(site: Any) -> dict[str, Any]:
        key = site["demo"]["files"].keys[owner.partition("-")[2]]
        return {} if key.ledger is None else dict(key.ledger.spent)

    def act() -> dict[str, Any]:
        settle(db, settings, queues)
        found: dict[str, Any] = see(look)
        return found

    return act


def test_a_budget_is_spent_to_the_last_and_no_further(spending: Spending, budget: Any) -> None:
    for _ in range(3):
        spending.charge([budget(3)], 1)
    with pytest.raises(OverBudget, match="uses of this key is 3; 0 are left, 1 would") as refused:
        spending.charge([budget(3)], 1)
    assert (refused.value.caveat, refused.value.left) == (USES, 0)


def test_all_of_a_chain_are_charged_or_none(spending: Spending, budget: Any) -> None:
    chain = [budget(10), budget(1, PARENT)]
    spending.charge(chain, 1)
    for _ in range(2):
        with pytest.raises(OverBudget, match="is 1; 0 are left"):
            spending.charge(chain, 1)
    spending.charge([budget(10)], 9)
    with pytest.raises(OverBudget):
        spending.charge([budget(10)], 1)


def test_what_is_narrowed_later_holds_for_what_was_spent(spending: Spending, budget: Any) -> None:
    spending.charge([budget(100)], 50)
    with pytest.raises(OverBudget, match="0 are left"):
        spending.charge([budget(40)], 1)
    spending.charge([budget(51)], 1)


def test_kinds_are_counted_apart(spending: Spending, budget: Any) -> None:
    spending.charge([budget(1)], 1)
    spending.charge([budget(1, kind=BYTES_OUT)], 1)


def test_a_refund_gives_back_and_never_more_than_was_spent(spending: Spending, budget: Any) -> None:
    charge = spending.charge([budget(100)], 100)
    spending.refund(charge, 60)
    spending.refund(charge, 60)
    spending.charge([budget(100)], 100)
    with pytest.raises(OverBudget):
        spending.charge([budget(100)], 1)


def test_an_account_gives_back_what_it_took_last(spending: Spending, budget: Any) -> None:
    account = Account(spending, [budget(100)])
    for amount in (10, 0, 20):
        account.take(amount)
    with pytest.raises(OverBudget):
        account.take(71)
    assert account.taken == 30
    account.give_back(25)
    assert account.taken == 5
    Account(spending, [budget(100)]).take(95)
    with pytest.raises(OverBudget):
        account.take(1)


def test_a_script_that_redis_forgot_is_told_again(
    spending: Spending, budget: Any, queues: Queues
) -> None:
    spending.charge([budget(2)], 1)
    queues.redis.script_flush()
    spending.charge([budget(2)], 1)


def test_what_is_settled_outlives_redis(
    spending: Spending, budget: Any, settled: Any, queues: Queues
) -> None:
    charge = spending.charge([budget(10)], 7)
    spending.refund(charge, 2)
    assert settled() == {CHILD: {USES: Sums(7, 2)}}
    assert queues.redis.smembers(UNSETTLED) == set()
    queues.redis.flushall()
    with pytest.raises(OverBudget, match="5 are left"):
        spending.charge([budget(10)], 6)
    spending.charge([budget(10)], 5)
    assert settled() == {CHILD: {USES: Sums(12, 2)}}


def test_what_was_charged_before_redis_was_lost_is_not_given_back_after(
    spending: Spending, budget: Any, settled: Any, queues: Queues
) -> None:
    spending.charge([budget(100)], 50)
    settled()
    charge = spending.charge([budget(100)], 30)
    queues.redis.flushall()
    spending.charge([budget(100)], 1)
    spending.refund(charge, 30)
    with pytest.raises(OverBudget, match="49 are left"):
        spending.charge([budget(100)], 50)


def test_settling_twice_changes_nothing_and_writes_nothing(
    spending: Spending, budget: Any, settled: Any, db: Any, queues: Queues
) -> None:
    spending.charge([budget(10)], 7)
    first = settled()
    before = db.lastTransaction()
    queues.redis.sadd(UNSETTLED, CHILD)  # a scheduler has died between commit and word to Redis
    assert settled() == first
    assert db.lastTransaction() == before
    assert queues.redis.smembers(UNSETTLED) == set()


def test_what_is_charged_while_it_is_settled_is_settled_next(
    spending: Spending, budget: Any, settled: Any, db: Any, settings: Settings, queues: Queues,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    spending.charge([budget(10)], 1)
    run = database.run

    def slow(*args: Any) -> Any:
        found = run(*args)
        spending.charge([budget(10)], 1)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(database, "run", slow)
        settle(db, settings, queues)
    assert queues.redis.smembers(UNSETTLED) == {CHILD.encode()}
    assert settled() == {CHILD: {USES: Sums(2, 0)}}


def test_a_redis_that_forgot_the_last_second_is_told_by_the_tree(
    spending: Spending, budget: Any, settled: Any, queues: Queues
) -> None:
    spending.charge([budget(10)], 7)
    settled()
    queues.redis.hset(SPENT + CHILD, f"{USES}+", 3)  # as of an older append-only file
    spending.charge([budget(10)], 1)
    settled()
    with pytest.raises(OverBudget, match="3 are left"):
        spending.charge([budget(10)], 4)


def test_of_a_key_that_is_gone_nothing_is_settled(
    spending: Spending, settled: Any, queues: Queues
) -> None:
    for number, owner in enumerate((f"{'0' * 32}-{'1' * 32}", "nonsense")):
        spending.charge([Budget(f"{number}", USES, 10, owner)], 1)
    assert settled() == {}
    assert queues.redis.smembers(UNSETTLED) == set()


def test_two_that_settle_at_once_agree() -> None:
    old = {"used": 5, "spent": "tree"}
    merged = Ledger()._p_resolveConflict(old, {**old, "used": 9}, {**old, "used": 7})
    assert merged == {"used": 9, "spent": "tree"}
    none = {**old, "used": None}
    assert Ledger()._p_resolveConflict(none, none, none) == none
    assert Sums(5, 1).joined(Sums(3, 2)) == Sums(5, 2)


def test_a_redis_that_is_away_is_told_and_not_waited_for(
    spending: Spending, budget: Any, redis: RedisServer
) -> None:
    charge = spending.charge([budget(10)], 1)
    redis.kill()
    began = time.monotonic()
    for _ in range(100):
        with pytest.raises(Uncounted, match="cannot be counted just now; please try again"):
            spending.charge([budget(10)], 1)
        with pytest.raises(Uncounted):
            spending.refund(charge, 1)
    assert time.monotonic() - began < 1


def spend(url: str, budget: Budget, started: Any, told: Any) -> None:
    spending = Spending(Queues.from_url(url).redis, lambda action: {})
    started.wait()
    count = 0
    for _ in range(100):
        try:
            spending.charge([budget], 1)
            count += 1
        except OverBudget:
            pass
    told.put(count)


@pytest.fixture
def crowd() -> Iterator[Any]:
    context = get_context("fork")
    processes: list[Any] = []
    yield context, processes
    for process in processes:
        process.join(20)
        assert process.exitcode == 0


@pytest.mark.parametrize("limit", [1, 250])
def test_eight_processes_spend_no_more_than_there_is(
    redis: RedisServer, crowd: Any, limit: int
) -> None:
    context, processes = crowd
    started, told = context.Event(), context.Queue()
    budget = Budget(CHILD, USES, limit, "nobody")
    for _ in range(8):
        process = context.Process(target=spend, args=(redis.url, budget, started, told))
        process.start()
        processes.append(process)
    started.set()
    counts = [told.get(timeout=20) for _ in processes]
    assert sum(counts) == limit
