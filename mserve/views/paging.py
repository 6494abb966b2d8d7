"""Listings in pages: `?limit=` and `?cursor=`, the last key of the page before."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from mserve.errors import BadInput
from mserve.views.urls import url

LIMIT = 100
QUERY = ("limit", "cursor")


def asked(request: Any, usual: int = LIMIT) -> tuple[int, str | None]:
    """The limit, of items, and cursor of the query; raises BadInput. `usual`: without a limit."""
    most = request.settings.page_limit
    text = request.GET.get("limit", str(min(usual, most)))
    if not number_like(text) or not 1 <= int(text) <= most:
        raise BadInput(f"limit={text:.30} should be a whole number from 1 to {most}")
    return int(text), request.GET.get("cursor") or None


def number(cursor: str) -> int:
    """A cursor that is a whole number; raises BadInput."""
    if not number_like(cursor):
        raise BadInput(f"cursor={cursor:.30} was not given by a page of this listing")
    return int(cursor)


def number_like(text: str) -> bool:
    """Whether it is a whole number, of no more digits than one can have here."""
    return text.isascii() and text.isdigit() and len(text) < 20


def page(
    request: Any,
    context: Any,
    items: list[Any],
    found: list[tuple[str, Any]],
    limit: int,
    total: int | None = None,
    query: Iterable[tuple[str, str]] = (),
    here: str | None = None,
) -> dict[str, Any]:
    """A page of `items`; `found` holds their keys, and one more where there is a next page.

    `here` is the listing's URL, where its lineage does not tell.
    """
    shown: dict[str, Any] = {"items": items, "next": None, "total": total}
    if len(found) > limit:
        asked_again = urlencode([*query, ("limit", limit), ("cursor", found[limit - 1][0])])
        shown["next"] = f"{here or url(request, context)}?{asked_again}"
    return shown
