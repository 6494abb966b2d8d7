"""REST of the trash: what was removed from a service, at `<service>/-/trash`."""

from typing import Any

from mserve import ingest
from mserve.resources import clock, metrics
from mserve.resources.roles import Permission
from mserve.resources.service_facets import Trash
from mserve.resources.trash import Trashed
from mserve.views import json, paging
from mserve.views.body import Fields, document, text
from mserve.views.config import no_content, rest
from mserve.views.targets import folder_at, former_folder
from mserve.views.urls import facet_url


@rest(context=Trash, method="GET", permission=Permission.REMOVE,
      gives="TrashedNodes", query=paging.QUERY)  # fmt: skip
def listing(context: Trash, request: Any) -> Any:
    """A page of what was removed, the newest first."""
    limit, after = paging.asked(request)
    found = context.node.trash.page(limit + 1, after)
    items = [_json(request, trashed) for _, trashed in found[:limit]]
    return paging.page(request, context, items, found, limit)


@rest(context=Trashed, method="GET", permission=Permission.REMOVE, gives="Trashed")
def show(context: Trashed, request: Any) -> Any:
    """One thing that was removed."""
    return _json(request, context)


@rest(context=Trashed, method="POST", permission=Permission.ADD,
      takes=("Destination", None), gives="AnyNode")  # fmt: skip
def restore(context: Trashed, request: Any) -> Any:
    """Puts it back where it was, or to `{"parent"?, "name"?}`."""
    fields = Fields(document(request) if request.content_length else {})
    name = fields.take("name", text, context.origin[-1])
    path = fields.take("parent", text)
    fields.end()
    way_out = 'name another: {"parent": "…"}'
    parent = former_folder(context, way_out) if path is None else folder_at(request, path)
    return json.node(request, ingest.restore(context, parent, name))


@rest(context=Trashed, method="DELETE", permission=Permission.REMOVE, gives={204: None})
def purge(context: Trashed, request: Any) -> Any:
    """Removes it for good."""
    ingest.purge(context)
    return no_content()


def _json(request: Any, trashed: Trashed) -> dict[str, Any]:
    node = trashed.node
    size, files = (node.size_kept, 1) if node.type == "mfile" else _kept(node)
    return {
        "id": trashed.__name__,
        "node": node.id,
        "type": node.type,
        "name": trashed.origin[-1],
        "origin": "/".join(trashed.origin),
        "url": facet_url(request, trashed.__parent__, "trash", trashed.__name__),
        "size": size,
        "files": files,
        "removed": clock.rfc3339(trashed.removed),
        "expires": clock.rfc3339(trashed.expires),
    }


def _kept(folder: Any) -> tuple[int, int]:
    kept = folder.usage.get(metrics.DISC)
    return kept.rate, kept.running
