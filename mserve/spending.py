"""Spending: budgets of keys, counted in Redis exactly, however many processes spend at once.

A counter is a hash of sums that only grow: of each kind what was charged (`uses+`) and what of
that was given back (`uses-`). Schedulers settle them in the tree (mserve/tasks/settling.py), from
which a counter that Redis has lost is begun again. Its `era` is made anew then: what was charged
in a former one cannot be given back, since nobody knows whether it is in the sums.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, NamedTuple, Protocol, TypeVar

from redis.exceptions import RedisError

from mserve import scripts
from mserve.errors import OverBudget, Uncounted
from mserve.resources.ledger import Counter, find_owner

T = TypeVar("T")

USES, BYTES_IN, BYTES_OUT = KINDS = ("uses", "bytes_in", "bytes_out")
SPENT = "mserve:spent:"
UNSETTLED = "mserve:unsettled"  # names of counters
KEPT = 30 * 86_400  # seconds without a charge, after which the tree alone knows a counter
AWAY = 1.0  # seconds in which nobody waits again for a Redis that hangs


class Budget(NamedTuple):
    """At most `limit` of `kind` by the counter `name`, which is settled with the key `owner`
    (resources/ledger.py)."""

    name: str
    kind: str
    limit: int
    owner: str


@dataclass(frozen=True)
class Charge:
    """What was charged to each of `budgets`."""

    budgets: tuple[Budget, ...]
    amount: int
    eras: tuple[str, ...]


class Reader(Protocol):
    """Does something in a transaction of its own: partial(database.run, db)."""

    def __call__(self, action: Callable[[Any], T], /) -> T: ...


class Spending:
    """The counters in `redis`, and in the tree that `read` reads."""

    def __init__(self, redis: Any, read: Reader) -> None:
        self._read = read
        self._charge, self._refund, self._seed = map(
            redis.register_script, (scripts.CHARGE, scripts.REFUND, scripts.SEED)
        )
        self._away_until = 0.0  # by time.monotonic()

    def charge(self, budgets: Sequence[Budget], amount: int) -> Charge:
        """Charges `amount` to all `budgets`, of different counters, or to none.

        Raises OverBudget, and Uncounted where Redis is away.
        """
        keys, terms = [SPENT + each.name for each in budgets], [str(KEPT), str(amount)]
        for each in budgets:
            terms += [each.name, each.kind, str(each.limit)]
        while True:
            with self._reached():
                word, *found = self._charge(keys=[*keys, UNSETTLED], args=terms)
            if word == b"over":
                failed = budgets[int(found[0])]
                raise OverBudget(failed.kind, failed.limit, max(0, int(found[1])), amount)
            if word == b"charged":
                return Charge(tuple(budgets), amount, tuple(era.decode() for era in found))
            self._begin([budgets[int(place)] for place in found])

    def refund(self, charge: Charge, amount: int) -> None:
        """Gives `amount` of the charge back. Raises Uncounted."""
        keys, terms = [SPENT + each.name for each in charge.budgets], [str(amount)]
        for each, era in zip(charge.budgets, charge.eras, strict=True):
            terms += [each.name, each.kind, era]
        with self._reached():
            self._refund(keys=[*keys, UNSETTLED], args=terms)

    def _begin(self, budgets: Iterable[Budget]) -> None:
        """Begins counters with what is settled of them by now: who is first does."""
        for each in budgets:
            terms = [str(KEPT), token_hex(8), each.owner]
            for kind, (charged, refunded) in self._read(_settled(each)).items():
                terms += [f"{kind}+", str(charged), f"{kind}-", str(refunded)]
            with self._reached():
                self._seed(keys=[SPENT + each.name], args=terms)

    @contextmanager
    def _reached(self) -> Any:
        if time.monotonic() < self._away_until:
            raise Uncounted
        try:
            yield
        except RedisError as fault:
            self._away_until = time.monotonic() + AWAY
            raise Uncounted from fault


def _settled(budget: Budget) -> Callable[[Any], Counter]:
    def look(site: Any) -> Counter:
        key = find_owner(site, budget.owner)
        return {} if key is None or key.ledger is None else key.ledger.counter(budget.name)

    return look


class Account:
    """What one request has taken of budgets of one kind."""

    def __init__(self, spending: Spending, budgets: Iterable[Budget]) -> None:
        self._spending, self._budgets = spending, tuple(budgets)
        self._charges: list[Charge] = []

    @property
    def taken(self) -> int:
        return sum(each.amount for each in self._charges)

    def take(self, amount: int) -> None:
        """Raises OverBudget, Uncounted; then nothing is taken."""
        if not amount or not self._budgets:
            return
        charge = self._spending.charge(self._budgets, amount)
        last = self._charges[-1] if self._charges else None
        if last is not None and last.eras == charge.eras:
            self._charges[-1] = Charge(charge.budgets, last.amount + amount, charge.eras)
        else:
            self._charges.append(charge)

    def give_back(self, amount: int) -> None:
        """Gives back what was taken last. Raises Uncounted."""
        while amount > 0 and self._charges:
            last = self._charges.pop()
            part = min(amount, last.amount)
            if part < last.amount:
                self._charges.append(Charge(last.budgets, last.amount - part, last.eras))
            self._spending.refund(last, part)
            amount -= part
