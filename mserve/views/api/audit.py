"""REST of the audit log: who did what with a node, and what was refused, at `<node>/-/audit`."""

from typing import Any

from pyramid.response import Response
from pyramid_zodbconn import get_connection

from mserve.errors import BadInput
from mserve.resources.audit_pages import id_of
from mserve.resources.facets import AuditFacet
from mserve.resources.roles import Permission
from mserve.views import bytes as delivery
from mserve.views import events
from mserve.views.config import rest
from mserve.views.content import throttle
from mserve.views.html.headers import guard_document

NDJSON = "application/x-ndjson"
KINDS = {"csv": "text/csv; charset=utf-8", "ndjson": NDJSON}


@rest(context=AuditFacet, method="GET", permission=Permission.AUDIT,
      gives={200: ("AuditEvents", "AuditTable", "AuditLines")},
      query=(*events.QUERY, "format"))  # fmt: skip
def listing(context: AuditFacet, request: Any) -> Any:
    """A page of the events of a node, newest first; with `?deep=true` also of all below it.

    With `format=csv` or `ndjson` all of them, as a table or as JSON lines. A page may hold fewer
    than `limit`, even none, where `next` leads to more.
    """
    form = request.GET.get("format", "json")
    if form == "json":
        return events.listed(request, context)
    if form not in KINDS:
        raise BadInput(f"format={form:.40}: should be json, csv or ndjson")
    return exported(context, request, form)


@rest(context=AuditFacet, method="GET", permission=Permission.AUDIT,
      gives="AuditLines", query=events.QUERY, header=f"Accept:{NDJSON}")  # fmt: skip
def export(context: AuditFacet, request: Any) -> Response:
    """The same as JSON lines, without an end of pages."""
    return exported(context, request, "ndjson")


def exported(context: AuditFacet, request: Any, form: str) -> Response:
    """All that is asked for, as of KINDS, without an end of pages."""
    asked, begin = events.wanted(request), events.cursor(request)
    response = Response(headerlist=[("Content-Type", KINDS[form])])
    response.content_disposition = f'attachment; filename="audit.{form}"'
    guard_document(response.headers)
    response.headers["X-Accel-Buffering"] = "no"
    if request.method == "HEAD":
        return response
    seat = throttle.seat(request.registry, request.settings.streams)
    if seat is None:
        return delivery.busy(request)
    db, top = get_connection(request).db(), id_of(request.virtual_root)
    reader = events.Reader(db, context.node, request.identity, asked, top)
    made = reader.table(begin) if form == "csv" else reader.lines(begin)
    response.app_iter = throttle.Stream(made, seat)
    return response
