"""The page of metadata: a form that adds, changes and removes what people say of a file or folder.

The form carries the tag of what it was made of. Who saves after another has is shown what is there
now beside what they wrote, and nothing is lost.
"""

from json import dumps, loads
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from mserve.errors import BadInput, MserveError, PreconditionFailed
from mserve.resources.file_facets import MetadataFacet
from mserve.resources.roles import Permission
from mserve.views import describing
from mserve.views.body import DEPTH, deeper
from mserve.views.config import page
from mserve.views.html.forms import fields, form
from mserve.views.html.languages import _
from mserve.views.html.login import again
from mserve.views.urls import facet_url

TEMPLATE = "metadata.jinja2"
BLANK = 3  # rows for what is new
LONGEST = 255  # characters of a name
COLUMNS = ("name", "value", "form")
TEXT, JSON = "text", "json"
Row = dict[str, str]


@page(context=MetadataFacet, permission=Permission.VIEW, template=TEMPLATE)
def show(context: MetadataFacet, request: Any) -> dict[str, Any]:
    """What there is, as a form for who may change it."""
    told = {"saved": "saved" in request.GET, "fault": None, "differing": ()}
    return told | _told(request, context.node, _rows(context.node.metadata))


def _told(request: Any, node: Any, rows: list[Row]) -> dict[str, Any]:
    return {
        "node": node,
        "here": facet_url(request, node, "metadata"),
        "rows": rows + [{"name": "", "value": "", "form": TEXT}] * BLANK,
        "tag": describing.tag(node),
    }


def _rows(metadata: Any) -> list[Row]:
    return [{"name": name, **_written(value)} for name, value in sorted(metadata.items())]


def _written(value: Any) -> Row:
    """A value as people write it: a text as it is, anything else as JSON."""
    if isinstance(value, str):
        return {"value": value, "form": TEXT}
    return {"value": dumps(value, ensure_ascii=False), "form": JSON}


@form(context=MetadataFacet, do="describe", permission=Permission.WRITE)
def describe(context: MetadataFacet, request: Any) -> Response:
    """Saves all rows, but those that are to be removed; leads back to the page."""
    node, rows = context.node, _asked(request)
    try:
        wanted = _metadata(rows)
        if fields(request).get("tag", [""])[0] != describing.tag(node):
            return _clash(request, node, rows, wanted)
        describing.redescribe(node, wanted)
    except MserveError as fault:
        return _refused(request, node, rows, fault)
    return HTTPSeeOther(f"{facet_url(request, node, 'metadata')}?saved")


def _asked(request: Any) -> list[Row]:
    """The rows of the form that say something. Raises BadInput where it has not all columns."""
    found = fields(request)
    columns = [found.get(name, []) for name in COLUMNS]
    if len({len(column) for column in columns}) != 1:
        raise BadInput(f"each row of the form should have the fields {', '.join(COLUMNS)}")
    gone = {*found.get("remove", ())}
    rows = [dict(zip(COLUMNS, each, strict=True)) for each in zip(*columns, strict=True)]
    kept = [row for number, row in enumerate(rows) if str(number) not in gone]
    return [
        {**row, "name": row["name"].strip(), "value": row["value"].replace("\r\n", "\n")}
        for row in kept
        if row["name"].strip() or row["value"]
    ]


def _metadata(rows: list[Row]) -> dict[str, Any]:
    """What the rows say. Raises BadInput."""
    found: dict[str, Any] = {}
    for row in rows:
        name = row["name"]
        if not name or len(name) > LONGEST:
            raise BadInput(f"the value {row['value']:.40} needs a name of 1 to {LONGEST} letters")
        if name in found:
            raise BadInput(f"the name {name:.80} stands in several rows; each should have its own")
        found[name] = _read(row)
    return found


def _read(row: Row) -> Any:
    if row["form"] != JSON:
        return row["value"]
    try:
        value = loads(row["value"], parse_constant=_no_number)
    except (ValueError, RecursionError) as fault:
        raise BadInput(f"the value of {row['name']:.80} should be JSON: {fault}") from None
    if deeper(value, DEPTH):
        raise BadInput(f"the value of {row['name']:.80} is nested deeper than {DEPTH} levels")
    return value


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number (RFC 8259, 6)")


def _clash(request: Any, node: Any, rows: list[Row], wanted: dict[str, Any]) -> Response:
    """412, with both sides of what differs, and the form as it was sent."""
    now = dict(node.metadata)
    differing = [
        (name, _shown(now, name), _shown(wanted, name))
        for name in sorted({*now, *wanted})
        if name not in now or name not in wanted or now[name] != wanted[name]
    ]
    fault = PreconditionFailed(
        request.localizer.translate(_("somebody has changed the metadata meanwhile"))
    )
    told = _told(request, node, rows)
    return again(TEMPLATE, request, fault, saved=False, differing=differing, **told)


def _shown(metadata: dict[str, Any], name: str) -> str | None:
    return _written(metadata[name])["value"] if name in metadata else None


def _refused(request: Any, node: Any, rows: list[Row], fault: MserveError) -> Response:
    request.tm.abort()
    request.tm.begin()
    return again(TEMPLATE, request, fault, saved=False, differing=(), **_told(request, node, rows))
