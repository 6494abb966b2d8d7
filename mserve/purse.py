"""Purse: the budgets of a request's chain of keys, and what the request has taken of each.

It is opened once the permission was given, and lies in the environ, so that a request that is tried
again pays once. Where a chain has no budgets there is none.
"""

import logging
from typing import Any

from mserve.errors import Uncounted
from mserve.resources.ledger import owner_of
from mserve.spending import BYTES_IN, BYTES_OUT, KINDS, USES, Account, Budget, Spending

log = logging.getLogger(__name__)

PURSE = "mserve.purse"
"""Where it lies in the WSGI environ."""


def budgets_of(grant: Any) -> list[Budget]:
    """All budgets along a chain of keys (security.Grant)."""
    return [
        Budget(link.name, kind, limit, owner_of(link.key))
        for link in grant.links
        for kind in KINDS
        if (limit := getattr(link.caveats, kind)) is not None
    ]


class Purse:
    """Of one request. `kept`: bytes of its body that are stored, if that is not all or nothing."""

    def __init__(self, spending: Spending, budgets: list[Budget]) -> None:
        self._used = False
        self._accounts = {
            kind: Account(spending, [each for each in budgets if each.kind == kind])
            for kind in KINDS
        }
        self.kept: int | None = None

    def use(self) -> None:
        """The request is a use, once. Raises OverBudget, Uncounted."""
        if not self._used:
            self._accounts[USES].take(1)
            self._used = True

    def foresee(self, amount: int) -> None:
        """Raises OverBudget, Uncounted where so many bytes cannot be taken in; takes none."""
        account = self._accounts[BYTES_IN]
        account.take(amount)
        _give_back(account, amount)

    def cancel(self) -> None:
        """Another chain pays for the request: gives all back. Never raises."""
        for account in self._accounts.values():
            _give_back(account, account.taken)

    def take_in(self, amount: int) -> None:
        """Before bytes are read, or at least before they are kept. Raises OverBudget, Uncounted."""
        self._accounts[BYTES_IN].take(amount)

    def end(self, stored: bool) -> None:
        """Gives back what was taken in and is not kept. Never raises."""
        account = self._accounts[BYTES_IN]
        kept = self.kept if self.kept is not None else account.taken if stored else 0
        _give_back(account, account.taken - kept)

    def take_out(self, amount: int) -> None:
        """Before bytes are sent. Raises OverBudget, Uncounted."""
        self._accounts[BYTES_OUT].take(amount)

    def unsent(self, amount: int) -> None:
        """Gives back bytes that were not sent. Never raises."""
        _give_back(self._accounts[BYTES_OUT], amount)


def _give_back(account: Account, amount: int) -> None:
    """Where Redis is away, what was taken stays so: nobody gets more than the budget."""
    try:
        account.give_back(amount)
    except Uncounted:
        log.warning("%d bytes are not given back to a budget: Redis is away", amount)


def open_purse(request: Any, grant: Any) -> Purse | None:
    """The purse of the request, by the chain that allows it; None where that has no budgets."""
    found = purse_of(request)
    if found is None and (budgets := budgets_of(grant)):
        found = request.environ[PURSE] = Purse(request.registry.spending, budgets)
    return found


def close_purse(request: Any) -> None:
    """The chain that has opened it does not pay."""
    request.environ.pop(PURSE).cancel()


def purse_of(request: Any) -> Purse | None:
    """The purse that was opened, if there is one."""
    found: Purse | None = request.environ.get(PURSE)
    return found
