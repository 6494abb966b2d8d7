"""What a file was made of, as its JSON tells it to those who may see that."""

from typing import Any

from mserve.resources import clock
from mserve.resources.provenance import Input, is_stale, source_of
from mserve.resources.roles import Permission
from mserve.views.urls import url

Json = dict[str, Any]


def of(request: Any, mfile: Any) -> Json:
    """`derived_from` and `stale` of a file; files that the key may not see are left out."""
    origin = mfile.content.origin
    if origin is None:
        return {"derived_from": None, "stale": False}
    inputs = [
        _input(request, mfile, each) for each in origin.inputs if visible(request, mfile, each)
    ]
    made = {
        "task": origin.task,
        "output": origin.output,
        "made": clock.rfc3339(origin.ended),
        "inputs": inputs,
    }
    return {"derived_from": made, "stale": any(each["stale"] for each in inputs)}


def _input(request: Any, mfile: Any, given: Input) -> Json:
    """What replaced its own source is not stale by that."""
    return {
        "id": given.mfile,
        "name": given.name,
        "sha256": given.sha256,
        "url": url_of(request, given.mfile),
        "stale": given.mfile != mfile.id and is_stale(request.site, given),
    }


def visible(request: Any, mfile: Any, given: Input) -> bool:
    """Whether the key may see an input of the file, or, where that is gone, all of its service."""
    source = source_of(request.site, given)
    seen = mfile.find("service") if source is None else source
    return bool(request.has_permission(Permission.VIEW, seen))


def url_of(request: Any, id: str | None) -> str | None:
    """The URL of a file by its id, if it is there and the key may see it."""
    node = None if id is None else request.site.ids.get(id)
    if node is None or not node.in_tree or not request.has_permission(Permission.VIEW, node):
        return None
    return url(request, node)
