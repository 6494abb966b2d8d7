"""Budgets at the HTTP door: who may do something pays a use of the key, before the view is asked.

Of who holds several keys that allow it the next one pays where the budget of one is spent.

The bytes of a body are paid before they are read (views/incoming.py), those of an answer before
they are sent (views/bytes.py). When the key was used is noted beside.
"""

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

from pyramid.config import Configurator
from pyramid.security import NO_PERMISSION_REQUIRED

from mserve.errors import OverBudget
from mserve.purse import Purse, close_purse, open_purse
from mserve.security import Grant, allowing

READS = frozenset({"GET", "HEAD"})
AHEAD = 1 << 20  # bytes that are paid at once of what has no known size


def deriver(view: Any, info: Any) -> Any:
    """Wraps all views that need a permission, once that is given."""
    if info.exception_only or info.options.get("permission") == NO_PERMISSION_REQUIRED:
        return view

    def paid(context: Any, request: Any) -> Any:
        if getattr(request, "grant", None) is None:
            return view(context, request)
        try:
            return _by(request.grant, view, context, request)
        except Spent as fault:
            for grant in _others(request, context, info.options.get("permission")):
                close_purse(request)
                request.grant = grant
                with suppress(Spent):
                    return _by(grant, view, context, request)
            raise fault.over from None

    return paid


deriver.options = ("permission",)  # type: ignore[attr-defined]  # as Pyramid wants to be told


class Spent(Exception):
    """`over`: why that chain does not pay for the request, of which nothing is done yet."""

    def __init__(self, over: OverBudget) -> None:
        super().__init__()
        self.over = over


def _others(request: Any, context: Any, permission: str) -> Iterator[Grant]:
    first = request.grant
    return (each for each in allowing(request.identity, context, permission) if each is not first)


def _by(grant: Grant, view: Any, context: Any, request: Any) -> Any:
    """The answer, paid by that chain. Raises Spent."""
    purse = open_purse(request, grant)
    if purse is not None:
        with _undone():
            _take_use(purse, request)
    request.registry.uses.note(grant.key)
    if purse is None:
        return view(context, request)
    with _undone() if request.method in READS else nullcontext():
        return _pay(purse, view, context, request)


@contextmanager
def _undone() -> Iterator[None]:
    """What exceeds a budget meanwhile has done nothing."""
    try:
        yield
    except OverBudget as fault:
        raise Spent(fault) from fault


def _take_use(purse: Purse, request: Any) -> None:
    purse.use()
    if len(request.identity.grants) > 1:
        purse.foresee(request.content_length or 0)


def _pay(purse: Purse, view: Any, context: Any, request: Any) -> Any:
    stored = False
    try:
        answer = view(context, request)
        stored = answer.status_int < 400
        return answer
    finally:
        purse.end(stored)


def paid_ahead(purse: Purse | None, blocks: Iterable[bytes]) -> Generator[bytes, None, None]:
    """`blocks`, each once it is paid; a byte of them is paid already. Raises OverBudget."""
    if purse is None:
        yield from blocks
        return
    left = 1
    try:
        for block in blocks:
            if left < len(block):
                left += _take_ahead(purse, len(block) - left)
            left -= len(block)
            yield block
    finally:
        purse.unsent(left)


def _take_ahead(purse: Purse, least: int) -> int:
    try:
        purse.take_out(most := max(least, AHEAD))
        return most
    except OverBudget:
        purse.take_out(least)
        return least


def includeme(config: Configurator) -> None:
    config.add_view_deriver(deriver, name="budgets", over="preconditions")
