"""Budgets at the HTTP door: who may do something pays a use of the key, before the view is asked.

The bytes of a body are paid before they are read (views/incoming.py), those of an answer before
they are sent (views/bytes.py). When the key was used is noted beside.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from pyramid.config import Configurator
from pyramid.security import NO_PERMISSION_REQUIRED

from mserve.errors import OverBudget
from mserve.purse import Purse, open_purse

AHEAD = 1 << 20  # bytes that are paid at once of what has no known size


def deriver(view: Any, info: Any) -> Any:
    """Wraps all views that need a permission, once that is given."""
    if info.exception_only or info.options.get("permission") == NO_PERMISSION_REQUIRED:
        return view

    def paid(context: Any, request: Any) -> Any:
        grant = getattr(request, "grant", None)
        if grant is None:
            return view(context, request)
        request.registry.uses.note(grant.key)
        purse = open_purse(request, grant)
        return view(context, request) if purse is None else _pay(purse, view, context, request)

    return paid


deriver.options = ("permission",)  # type: ignore[attr-defined]  # as Pyramid wants to be told


def _pay(purse: Purse, view: Any, context: Any, request: Any) -> Any:
    purse.use()
    stored = False
    try:
        answer = view(context, request)
        stored = answer.status_int < 400
        return answer
    finally:
        purse.end(stored)


def paid_ahead(purse: Purse | None, blocks: Iterable[bytes]) -> Iterator[bytes]:
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
