"""Charged: the bytes of an answer: paid by budgets before they are sent, told once they were."""

from typing import Any

from mserve.purse import purse_of
from mserve.resources import quota
from mserve.security import node_of
from mserve.views.content import throttle
from mserve.views.content.metered import Metered
from mserve.views.content.window import Piece, Window, length


def pay(request: Any, size: int) -> None:
    """Raises OverBudget, Uncounted."""
    purse = purse_of(request)
    if purse is not None:
        purse.take_out(size)


def need_read(request: Any) -> None:
    """Raises OverMonthlyQuota where nothing more may be read this month."""
    identity = request.identity
    quota.need_read(node_of(request.context), () if identity is None else identity.payer)


def body(request: Any, path: str, pieces: list[Piece], speed: int | None, read: Metered) -> Any:
    """The pieces as throttle.body has them, paid; what is not sent is given back in the end."""
    purse = purse_of(request)
    if purse is None:
        return throttle.body(request, path, pieces, speed, read.ended)
    size, found = sum(map(length, pieces)), None
    purse.take_out(size)

    def ended(window: Window) -> None:
        read.ended(window)
        if left := size - (window.sent or 0):
            purse.unsent(left)

    try:
        found = throttle.body(request, path, pieces, speed, ended)
    finally:
        if found is None:
            purse.unsent(size)
    return found
