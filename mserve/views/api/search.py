"""REST of search: files and folders below a node, at `…/-/search`."""

from itertools import islice
from typing import Any

from mserve.errors import BadInput
from mserve.resources import clock, unindexed
from mserve.resources.facets import Search
from mserve.resources.roles import Permission
from mserve.resources.search import Query, find
from mserve.views import json, paging
from mserve.views.body import text
from mserve.views.config import rest

FILTERS = ("q", "type", "mimetype", "tag", "size>", "size<", "modified>", "modified<", "sort")


@rest(context=Search, method="GET", permission=Permission.VIEW,
      gives="Found", query=(*FILTERS, *paging.QUERY))  # fmt: skip
def search(context: Search, request: Any) -> Any:
    """What is found: `?q=&type=&mimetype=image/*&tag=&size>=&modified>=&sort=-modified`.

    Catalogs follow the tree by a few seconds; `complete` tells whether they have caught up.
    """
    limit, after = paging.asked(request)
    skip = paging.number(after) if after else 0
    found = find(context.node, _query(request.GET))
    seen = (node for node in found if request.has_permission(Permission.VIEW, node))
    nodes = list(islice(seen, skip, skip + limit + 1))
    keys = [(str(number), None) for number in range(skip + 1, skip + len(nodes) + 1)]
    items = [json.node(request, node) for node in nodes[:limit]]
    page = paging.page(request, context, items, keys, limit, query=_asked(request.GET))
    return {**page, "complete": not unindexed.waiting(request.site, 1)}


def _query(asked: Any) -> Query:
    """The query of the parameters; raises BadInput."""
    order, type = asked.get("sort", "name"), asked.get("type", "")
    if type not in ("", "folder", "mfile"):
        raise BadInput("type should be folder or mfile")
    return Query(
        words=text(asked.get("q", "")).strip(),
        type=type,
        mimetype=asked.get("mimetype", ""),
        tags=tuple(asked.getall("tag")),
        size=(_size(asked, "size>"), _size(asked, "size<")),
        modified=(_time(asked, "modified>"), _time(asked, "modified<")),
        order=order.lstrip("-"),
        reverse=order.startswith("-"),
    )


def _asked(asked: Any) -> list[tuple[str, str]]:
    return [(name, value) for name, value in asked.items() if name in FILTERS]


def _size(asked: Any, name: str) -> int | None:
    number = asked.get(name)
    if number is None:
        return None
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise BadInput(f"{name}={number} should be a number of bytes")
    return int(number)


def _time(asked: Any, name: str) -> int | None:
    return clock.parse(asked[name]) if name in asked else None
