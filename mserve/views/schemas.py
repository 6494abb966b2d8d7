"""JSON Schemas (2020-12) of all that goes in and out, in one table by name.

What goes out may get more fields one day, so its schemas are open; what comes in is refused with
a field that nobody knows, so theirs are closed. A test holds the answers of views against them.
"""

from mserve.resources.names import FACETS, LIMIT
from mserve.resources.properties import TEMPORARY
from mserve.views.audit_schemas import AUDIT
from mserve.views.drive_words import WAYS
from mserve.views.job_schemas import JOBS
from mserve.views.key_schemas import KEYS, SPEED
from mserve.views.lock_schemas import LOCKS
from mserve.views.people_schemas import PEOPLE
from mserve.views.profile_schemas import PROFILES
from mserve.views.provenance_schemas import PROVENANCE
from mserve.views.quota_schemas import LIMITS, QUOTAS
from mserve.views.schema_words import (
    FLAG,
    ID,
    MD5,
    NUMBER,
    OBJECT,
    SHA1,
    SHA256,
    SHORT,
    TEXT,
    TIME,
    URL,
    WHOLE,
    Schema,
    array,
    closed,
    fields,
    may,
    null,
    one_of,
    page,
    ref,
    table,
)
from mserve.views.site_schemas import SITE

NAME: Schema = {
    "type": "string", "minLength": 1, "maxLength": LIMIT, "pattern": "^[^/\\x00]+$",
    "not": {"enum": [".", "..", FACETS]}, "examples": ["photos"],
}  # fmt: skip
PATH: Schema = {**SHORT, "description": "A path below the client's own root, names divided by /"}

PROPERTIES: Schema = closed(
    versions=may(null({"type": "integer", "minimum": 0, "maximum": 10_000})),
    trash_days=may(null({"type": "integer", "minimum": 0, "maximum": 36_500})),
    accessspeed=may(null(SPEED)),
    quota=may(null({"type": "integer", "minimum": 0, "maximum": 1 << 60})),
    temporary=may(null({"enum": [*TEMPORARY]})),
    temporary_days=may(null({"type": "integer", "minimum": 1, "maximum": 36_500})),
)
TERMS: dict[str, Schema] = {
    "start": may(null(TIME)),
    "end": may(null(TIME)),
    "priority": may(null(FLAG)),
    "profile": may(null(SHORT)),
    "properties": may(null(PROPERTIES)),
}
CHANGES: dict[str, Schema] = {
    "name": may(null(NAME)), "parent": may(null(PATH)), "metadata": may(null(OBJECT)),
}  # fmt: skip


STORED: dict[str, Schema] = {
    "stored": one_of("here", "archived", "retrieving"), "copies": table(ref("Copy")),
}  # fmt: skip


def node(type: str, **own: Schema) -> Schema:
    return fields("Node", **{"type": {"const": type}, **own})


NODES: dict[str, Schema] = {
    "Node": fields(
        id=ID, type=one_of("site", "container", "service", "folder", "mfile"), name=TEXT, url=URL,
        created=TIME, modified=TIME, metadata=OBJECT, links=table(URL),
    ),
    "Site": node("site"),
    "Container": node("container", takes_requests=FLAG, quotas=table(LIMITS)),
    "Service": node(
        "service", start=null(TIME), end=null(TIME), priority=FLAG, profile=TEXT, properties=OBJECT,
        quotas=table(LIMITS),
    ),
    "Folder": node("folder"),
    "Mfile": node(
        "mfile", size=WHOLE, mimetype=TEXT, sha256=SHA256, sha1=null(SHA1), md5=null(MD5),
        etag=TEXT, version=WHOLE,
        state=one_of("ready", "processing"), renditions=table(ref("Rendition")),
        **STORED, derived_from=null(ref("Origin")), stale=FLAG,
    ),
    "Metadata": OBJECT,
    "Copy": fields(verified=TIME, where=TEXT),
    "Retrieving": fields(
        title=TEXT, status={"const": 202}, detail=TEXT, stored={"const": "retrieving"},
        job=null(URL),
    ),
    **PROVENANCE,
    "Rendition": fields(url=URL, width=WHOLE, height=WHOLE, mimetype=TEXT, size=WHOLE),
    "AnyNode": {
        "oneOf": [ref(name) for name in ("Site", "Container", "Service", "Folder", "Mfile")],
    },
    "Nodes": page("AnyNode"),
    "Stored": fields("Mfile", job=null(URL), receipt=may(ref("Receipt"))),
    "Receipt": closed(sha256=SHA256, size=WHOLE, received=TIME, service=ID, signature=SHA256),
    "Verified": fields(valid=FLAG),
    "AllStored": fields(items=array(ref("Stored"))),
    "Version": fields(
        version=WHOLE, url=URL, size=WHOLE, mimetype=TEXT, sha256=SHA256, sha1=null(SHA1),
        md5=null(MD5), since=TIME, until=TIME, **STORED,
    ),
    "Versions": page("Version"),
    "Trashed": fields(
        id=TEXT, node=ID, type=one_of("folder", "mfile"), name=TEXT, origin=TEXT, url=URL,
        size=WHOLE, files=WHOLE, removed=TIME, expires=TIME,
    ),
    "TrashedNodes": page("Trashed"),
    "Transaction": fields(
        id=TEXT, url=URL, time=TIME, size=null(WHOLE), actions=array(ref("Action")), others=WHOLE,
    ),
    "Action": fields(actor=TEXT, method=TEXT, path=TEXT),
    "Transactions": page("Transaction"),
    "Undo": closed(undo={"const": True}),
    "Found": {**page("AnyNode"), "properties": {**page("AnyNode")["properties"], "complete": FLAG}},
    "Results": fields(results=array(ref("Result"))),
    "Result": fields(
        status=WHOLE, node=may(ref("AnyNode")), trashed=may(URL), type=may(TEXT), detail=may(TEXT),
        said=may(TEXT),
    ),
    "NewContainer": closed(name=NAME),
    "MadeContainer": fields("Container", keys=array(ref("MadeKey"))),
    "NewService": closed(name=NAME, **TERMS),
    "MadeService": fields("Service", keys=array(ref("MadeKey"))),
    "Unpacked": fields(files=WHOLE, folders=WHOLE, size=WHOLE, items=array(ref("Mfile"))),
    "Upload": fields(
        id=ID, url=URL, names=array(TEXT), length=null(WHOLE), offset=WHOLE, created=TIME,
        mfile=null(URL), job=null(URL),
    ),
    "NewFolder": closed(type={"const": "folder"}, name=NAME),
    "Change": closed(**CHANGES),
    "ContainerChange": closed(**CHANGES, takes_requests=may(null(FLAG))),
    "ServiceChange": closed(**CHANGES, **TERMS),
    "PropertiesShown": fields(
        name=TEXT, metadata=OBJECT, takes_requests=may(FLAG), start=may(null(TIME)),
        end=may(null(TIME)), priority=may(FLAG), profile=may(TEXT), properties=may(OBJECT),
    ),
    "PropertiesChange": closed(**CHANGES, **TERMS, takes_requests=may(null(FLAG))),
    "Drive": fields(
        url=null(URL), in_key=null(URL), chunked=null(URL), may=array(one_of(*WAYS)),
    ),
    "UsageReports": closed(reports=array(ref("UsageReport"), minItems=1, maxItems=1000)),
    "UsageReport": closed(
        metric={**SHORT, "examples": ["http://example.com/frames"]},
        amount=may(NUMBER), rate=may(WHOLE),
    ),
    "Destination": closed(parent=may(null(PATH)), name=may(null(NAME))),
    "Batch": closed(operations=array(ref("Operation"), maxItems=1000)),
    "Operation": closed(
        op=one_of("move", "copy", "remove"), path=SHORT,
        parent=may(null(PATH)), name=may(null(NAME)),
    ),
}  # fmt: skip

OF_A_LINE = {
    **dict.fromkeys(("key", "task", "mimetype", "service"), may(TEXT)),
    **dict.fromkeys(("from", "to"), may(TIME)),
}
REST: dict[str, Schema] = {
    "Figure": fields(
        metric=TEXT, total=NUMBER, reports=WHOLE, squares=NUMBER, nInProgress=NUMBER,
        rate=NUMBER, rateTime=null(TIME), rateCumulative=NUMBER, **OF_A_LINE,
    ),
    "Figures": page("Figure"),
    "Summary": fields(
        metric=TEXT, n=WHOLE, sum=NUMBER, min=null(NUMBER), max=null(NUMBER), avg=null(NUMBER),
        variance=null(NUMBER), stddev=null(NUMBER), **OF_A_LINE,
    ),
    "Summaries": page("Summary"),
    "Statement": fields(
        node=may(ID), key=may(ID), user=may(ID), name=null(TEXT), url=URL, month=TEXT, to=TIME,
        closed=FLAG, entries=WHOLE, digest=TEXT, items=array(ref("StatementItem")),
        **{"from": TIME},
    ),
    "StatementItem": fields(
        metric=TEXT, unit=null(TEXT), used=NUMBER, reports=WHOLE, at_end=NUMBER,
    ),
    "Metric": fields(
        uri=TEXT, kind=one_of("value", "level", "rate"), unit=TEXT, description=TEXT
    ),
    "Metrics": page("Metric"),
    "Health": fields(status=one_of("ok"), schema=WHOLE),
    "Problem": fields(
        type=TEXT, title=TEXT, status=WHOLE, detail=TEXT, faults=may(array(ref("Fault"))),
    ),
    "Fault": fields(place=TEXT, detail=TEXT),
    "Files": {
        "type": "object",
        "properties": {"files": array({"type": "string", "format": "binary"}, minItems=1)},
        "required": ["files"],
    },
    "Names": {"type": "object", "properties": {"do": {"const": "taken"}, "name": array(TEXT)}},
    "TakenNames": fields(taken=table(TEXT)),
    "Document": OBJECT,
    "Page": TEXT,
    "Text": TEXT,
    "Exposition": TEXT,
    "Table": TEXT,
    "Chart": TEXT,
    "Lines": TEXT,
    "Subtitles": TEXT,
    "Bytes": {"description": "Bytes of any kind"},
    "Piece": {"description": "The next bytes of a file"},
    "Zip": {"description": "A zip archive"},
    "Archive": {"description": "A zip or tar archive"},
}  # fmt: skip

SCHEMAS: dict[str, Schema] = {
    **NODES,
    **KEYS,
    **JOBS,
    **LOCKS,
    **PROFILES,
    **PEOPLE,
    **QUOTAS,
    **REST,
    **AUDIT,
    **SITE,
}
JSON = ("application/json",)
MEDIA: dict[str, tuple[str, ...]] = {
    "Bytes": ("*/*",),
    "Files": ("multipart/form-data",),
    "Names": ("application/x-www-form-urlencoded",),
    "Page": ("text/html",),
    "Text": ("text/plain",),
    "Exposition": ("text/plain", "application/openmetrics-text"),
    "Table": ("text/csv",),
    "Subtitles": ("text/vtt",),
    "Chart": ("image/svg+xml",),
    "Lines": ("application/x-ndjson",),
    "Events": ("text/event-stream",),
    "AuditLines": ("application/x-ndjson",),
    "AuditTable": ("text/csv",),
    "Piece": ("application/offset+octet-stream",),
    "Zip": ("application/zip",),
    "Archive": ("application/zip", "application/x-tar"),
    "Problem": ("application/problem+json",),
    "Change": ("application/merge-patch+json", *JSON),
    "Metadata": ("application/merge-patch+json", *JSON),
    "ContainerChange": ("application/merge-patch+json", *JSON),
    "ServiceChange": ("application/merge-patch+json", *JSON),
    "PropertiesChange": ("application/merge-patch+json", *JSON),
    "KeyChange": ("application/merge-patch+json", *JSON),
    "QuotaChange": ("application/merge-patch+json", *JSON),
    **dict.fromkeys(("Profile", "NewProfile"), (*JSON, "application/yaml")),
    "JsonPatch": ("application/json-patch+json",),
    **dict.fromkeys(
        ("ProfileChange", "WorkflowChange", "TaskSetChange", "TaskSpecChange"),
        ("application/merge-patch+json", *JSON),
    ),
}
"""The media types of a schema, where it is not JSON alone."""
STREAMED = frozenset({"Bytes", "Files", "Archive", "Piece"})
"""Bodies that are not read as a whole."""


def media(name: str) -> tuple[str, ...]:
    return MEDIA.get(name, JSON)
