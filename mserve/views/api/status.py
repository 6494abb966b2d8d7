"""REST of how the site does, for its administrators."""

from typing import Any

from mserve.resources.roles import Permission
from mserve.resources.site_facets import StatusFacet
from mserve.views import status
from mserve.views.config import rest
from mserve.views.json import Json


@rest(context=StatusFacet, method="GET", permission=Permission.ADMIN, gives="Status")
def show(context: StatusFacet, request: Any) -> Json:
    """Database, Redis, schedulers, workers, queues, discs, copies: what of it is wrong, and what to
    do about it. `status` is the worst of all checks."""
    return status.told(request)
