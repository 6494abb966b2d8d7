"""REST of versions: what a file was before, at `<file>/-/versions`."""

from typing import Any

from pyramid.response import Response

from mserve import ingest
from mserve.resources import clock
from mserve.resources.file_facets import Versions, VersionView
from mserve.resources.mfile import UNKNOWN, Mfile
from mserve.resources.roles import Permission
from mserve.resources.version import Version
from mserve.views import json, paging
from mserve.views.api.files import BYTES, stored_json
from mserve.views.config import rest
from mserve.views.content.away import deliver
from mserve.views.urls import facet_url


@rest(context=Versions, method="GET", permission=Permission.VIEW,
      gives="Versions", query=paging.QUERY)  # fmt: skip
def listing(context: Versions, request: Any) -> Any:
    """The file's former contents, the newest first."""
    limit, after = paging.asked(request)
    versions = context.node.versions or {}
    found = [(str(number), versions[number]) for number in reversed(versions.keys())]
    rest = [each for each in found if after is None or int(each[0]) < paging.number(after)]
    items = [_json(request, context.node, version) for _, version in rest[:limit]]
    return paging.page(request, context, items, rest, limit, total=len(found))


@rest(context=VersionView, method="GET", permission=Permission.READ, gives=BYTES)
def content(context: VersionView, request: Any) -> Response:
    """The bytes that the file had; 202 where they are in the archive."""
    version, mfile = context.version, context.__parent__.node
    kind = version.content.mimetype or version.announced or UNKNOWN
    return deliver(request, mfile, version.content, kind, mfile.__name__, version.since)


@rest(context=VersionView, method="GET", permission=Permission.VIEW, gives="Version", door="json")
def facts(context: VersionView, request: Any) -> Any:
    """The version's JSON, where the client asks for application/json."""
    return _json(request, context.__parent__.node, context.version)


@rest(context=VersionView, method="POST", permission=Permission.WRITE, gives="Stored")
def restore(context: VersionView, request: Any) -> Any:
    """Makes it the file's content again; what that is now becomes a version."""
    stored = ingest.restore_version(context.__parent__.node, context.version.number)
    return stored_json(request, stored)


def _json(request: Any, mfile: Mfile, version: Version) -> dict[str, Any]:
    content = version.content
    return {
        "version": version.number,
        "url": facet_url(request, mfile, "versions", str(version.number)),
        "size": content.size,
        "mimetype": content.mimetype or version.announced or UNKNOWN,
        "sha256": content.sha256,
        "sha1": content.sha1,
        "md5": content.md5,
        **json.stored(mfile, content),
        "since": clock.rfc3339(version.since),
        "until": clock.rfc3339(version.until),
    }
