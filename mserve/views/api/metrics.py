"""REST of monitoring: what Prometheus reads."""

from typing import Any

from pyramid.response import Response

from mserve.resources.facets import Monitoring
from mserve.resources.roles import Permission
from mserve.views.config import rest
from mserve.views.metrics import Scrape, expose


@rest(context=Monitoring, method="GET", permission=Permission.USAGE, gives="Exposition")
def scrape(context: Monitoring, request: Any) -> Response:
    """How the servers do, for Prometheus: in its text format, or as OpenMetrics if asked for."""
    found = expose(request.headers.get("Accept") or "", Scrape(request.registry, request.site))
    fields = [("Content-Type", found.kind), ("Cache-Control", "no-store")]
    return Response(found.text, headerlist=fields)
