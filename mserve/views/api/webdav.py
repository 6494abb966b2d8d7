"""REST of the drive's address: where a place is mounted, at `/-/webdav`."""

from typing import Any

from mserve.resources.roles import Permission
from mserve.resources.service_facets import WebdavFacet
from mserve.views.config import rest
from mserve.views.drive import drive


@rest(context=WebdavFacet, method="GET", permission=Permission.READ, gives="Drive")
def show(context: WebdavFacet, request: Any) -> Any:
    """The addresses by WebDAV, and what may be done there."""
    return drive(request, context.node)
