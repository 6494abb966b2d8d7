"""JSON Schemas (2020-12) of all that goes in and out, in one table by name.

What goes out may get more fields one day, so its schemas are open; what comes in is refused with
a field that nobody knows, so theirs are closed. A test holds the answers of views against them.
"""

from typing import Any

from mserve.resources.job import NEXT
from mserve.resources.names import FACETS, LIMIT
from mserve.resources.profile import TRIGGERS
from mserve.resources.roles import ROLES
from mserve.views.profiles import LONGEST, RETRIES

Schema = dict[str, Any]


class May(dict[str, Any]):
    """The schema of a field that may be left out."""


def may(schema: Schema) -> May:
    return May(schema)


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def fields(*bases: str, **own: Schema) -> Schema:
    """An object that may have more fields: those of `bases`, and its own."""
    needed = [name for name, schema in own.items() if not isinstance(schema, May)]
    found = {"type": "object", "properties": own} | ({"required": needed} if needed else {})
    return {"allOf": [*map(ref, bases), found]} if bases else found


def closed(**own: Schema) -> Schema:
    """An object with these fields and no others."""
    return {**fields(**own), "additionalProperties": False}


def null(schema: Schema) -> Schema:
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def array(item: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": item, **more}


def table(item: Schema) -> Schema:
    """An object of any names."""
    return {"type": "object", "additionalProperties": item}


def page(item: str) -> Schema:
    return fields(items=array(ref(item)), next=null(URL), total=null(WHOLE))


def one_of(*values: str) -> Schema:
    return {"type": "string", "enum": [*values]}


TEXT: Schema = {"type": "string"}
SHORT: Schema = {"type": "string", "maxLength": 4096}
FLAG: Schema = {"type": "boolean"}
WHOLE: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
TIME: Schema = {"type": "string", "format": "date-time", "examples": ["2026-11-23T18:00:00Z"]}
URL: Schema = {"type": "string", "format": "uri"}
ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
SHA256: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
MD5: Schema = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
OBJECT: Schema = {"type": "object"}
ROLE = one_of(*ROLES)
NAME: Schema = {
    "type": "string", "minLength": 1, "maxLength": LIMIT, "pattern": "^[^/\\x00]+$",
    "not": {"enum": [".", "..", FACETS]}, "examples": ["photos"],
}  # fmt: skip
PATH: Schema = {**SHORT, "description": "A path below the client's own root, names divided by /"}
STATES = ("waiting", *NEXT)

SPEED: Schema = {
    "type": "integer", "minimum": 1, "maximum": 1 << 40, "description": "Bytes per second",
}  # fmt: skip
PROPERTIES: Schema = closed(
    versions=may(null({"type": "integer", "minimum": 0, "maximum": 10_000})),
    trash_days=may(null({"type": "integer", "minimum": 0, "maximum": 36_500})),
    accessspeed=may(null(SPEED)),
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


def node(type: str, **own: Schema) -> Schema:
    return fields("Node", **{"type": {"const": type}, **own})


NODES: dict[str, Schema] = {
    "Node": fields(
        id=ID, type=one_of("site", "container", "service", "folder", "mfile"), name=TEXT, url=URL,
        created=TIME, modified=TIME, metadata=OBJECT, links=table(URL),
    ),
    "Site": node("site"),
    "Container": node("container"),
    "Service": node(
        "service", start=null(TIME), end=null(TIME), priority=FLAG, profile=TEXT, properties=OBJECT,
    ),
    "Folder": node("folder"),
    "Mfile": node(
        "mfile", size=WHOLE, mimetype=TEXT, sha256=SHA256, md5=null(MD5), etag=TEXT, version=WHOLE,
        state=one_of("ready", "processing"), renditions=table(ref("Rendition")),
    ),
    "Rendition": fields(url=URL, width=WHOLE, height=WHOLE, mimetype=TEXT, size=WHOLE),
    "AnyNode": {
        "oneOf": [ref(name) for name in ("Site", "Container", "Service", "Folder", "Mfile")],
    },
    "Nodes": page("AnyNode"),
    "Stored": fields("Mfile", job=null(URL)),
    "AllStored": fields(items=array(ref("Stored"))),
    "Version": fields(
        version=WHOLE, url=URL, size=WHOLE, mimetype=TEXT, sha256=SHA256, md5=null(MD5),
        since=TIME, until=TIME,
    ),
    "Versions": page("Version"),
    "Trashed": fields(
        id=TEXT, node=ID, type=one_of("folder", "mfile"), name=TEXT, origin=TEXT, url=URL,
        size=WHOLE, files=WHOLE, removed=TIME, expires=TIME,
    ),
    "TrashedNodes": page("Trashed"),
    "Found": {**page("AnyNode"), "properties": {**page("AnyNode")["properties"], "complete": FLAG}},
    "Results": fields(results=array(ref("Result"))),
    "Result": fields(
        status=WHOLE, node=may(ref("AnyNode")), type=may(TEXT), detail=may(TEXT)
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
    "ServiceChange": closed(**CHANGES, **TERMS),
    "Destination": closed(parent=may(null(PATH)), name=may(null(NAME))),
    "Batch": closed(operations=array(ref("Operation"), maxItems=1000)),
    "Operation": closed(
        op=one_of("move", "copy", "remove"), path=SHORT,
        parent=may(null(PATH)), name=may(null(NAME)),
    ),
}  # fmt: skip

KEYS: dict[str, Schema] = {
    "Key": fields(
        id=ID, label=TEXT, role=ROLE, node=URL, parent=null(ID), caveats=table({}), created=TIME,
        revoked=null(TIME), works=FLAG,
    ),
    "Keys": page("Key"),
    "MadeKey": fields("Key", key=TEXT, url=URL),
    "NewKey": closed(
        role=ROLE, label=may(null(SHORT)), start=may(null(TIME)), end=may(null(TIME)),
        accessspeed=may(null(SPEED)),
    ),
}  # fmt: skip

JOBS: dict[str, Schema] = {
    "Job": fields(
        id=ID, name=TEXT, url=URL, trigger=one_of(*TRIGGERS, "manual"), workflow=TEXT,
        profile_version=WHOLE, mfile=null(URL), percent={**WHOLE, "maximum": 100}, sha256=SHA256,
        state=one_of("queued", "running", "done", "failed", "cancelled"),
        created=TIME, started=null(TIME), ended=null(TIME), sets=array(ref("JobSet")),
    ),
    "Jobs": page("Job"),
    "JobSet": fields(name=TEXT, on_failure=one_of("stop", "continue"), tasks=array(ref("TaskRun"))),
    "TaskRun": fields(
        id=may(TEXT), name=TEXT, task=TEXT, arguments=may(OBJECT), state=one_of(*STATES),
        queue=may(TEXT), attempt=may(WHOLE), worker=may(null(TEXT)), started=may(null(TIME)),
        ended=may(null(TIME)), seconds=may(null(NUMBER)), result=may(OBJECT),
        error=may(null(TEXT)), attempts=may(array(ref("Attempt"))),
        outputs=may(array(ref("Output"))),
    ),
    "Attempt": fields(
        number=WHOLE, worker=null(TEXT), started=null(TIME), ended=TIME, seconds=null(NUMBER),
        cpu=null(NUMBER), memory=null(WHOLE), error=null(TEXT),
    ),
    "AtWork": fields(nodes=array(OBJECT), queues=array(OBJECT)),
    "NodeAction": closed(
        action=one_of("pause", "drain", "resume"), queue=may(null(TEXT)), node=may(null(TEXT)),
    ),
    "Tasks": fields(items=array(ref("Task"))),
    "Task": fields(
        name=TEXT, summary=TEXT, description=TEXT, timeout=NUMBER, limits=null(OBJECT),
        arguments=OBJECT,
    ),
    "JobAction": closed(action=one_of("cancel", "retry", "again")),
    "Output": fields(name=TEXT, mimetype=TEXT, size=WHOLE, sha256=SHA256, url=URL),
    "NewJob": {
        "oneOf": [
            closed(workflow=SHORT, queue=may(null(TEXT))),
            closed(task=TEXT, arguments=may(null(OBJECT)), queue=may(null(TEXT))),
        ],
        "examples": [{"task": "checksum", "arguments": {"algorithm": "sha512"}}],
    },
    "Profile": fields(name=TEXT, url=URL, version=WHOLE, workflows=table(ref("Workflow"))),
    "Profiles": page("Profile"),
    "NewProfile": closed(
        name=may({}), url=may({}), version=may({}), workflows=table(ref("Workflow")),
    ),
    "ExplainIt": closed(
        workflow=may(null(SHORT)), path=may(null(TEXT)), file=may(null(OBJECT)),
    ),
    "Explained": fields(workflow=TEXT, profile_version=WHOLE, sets=array(OBJECT)),
    "Workflow": closed(
        sets=array(ref("TaskSet")),
        window=may(null({**WHOLE, "minimum": 1, "maximum": LONGEST, "description":
                   "seconds after an access in which no other starts it for the same file"})),
    ),
    "TaskSet": closed(
        name=may(null(SHORT)), tasks=array(ref("TaskSpec")),
        on_failure=may(null(one_of("stop", "continue"))),
    ),
    "TaskSpec": closed(
        task=TEXT, name=may(null(SHORT)), arguments=may(null(OBJECT)),
        condition=may({**null(SHORT), "description": "CEL; left out or empty: always"}),
        queue=may(null(TEXT)), retries=may(null({**WHOLE, "maximum": RETRIES})),
    ),
}  # fmt: skip

REST: dict[str, Schema] = {
    "Figure": fields(
        metric=TEXT, total=NUMBER, reports=WHOLE, squares=NUMBER, nInProgress=NUMBER,
        rate=NUMBER, rateTime=null(TIME), rateCumulative=NUMBER,
    ),
    "Figures": page("Figure"),
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
    "Bytes": {"description": "Bytes of any kind"},
    "Piece": {"description": "The next bytes of a file"},
    "Zip": {"description": "A zip archive"},
    "Archive": {"description": "A zip or tar archive"},
}  # fmt: skip

SCHEMAS: dict[str, Schema] = {**NODES, **KEYS, **JOBS, **REST}
JSON = ("application/json",)
MEDIA: dict[str, tuple[str, ...]] = {
    "Bytes": ("*/*",),
    "Files": ("multipart/form-data",),
    "Names": ("application/x-www-form-urlencoded",),
    "Page": ("text/html",),
    "Piece": ("application/offset+octet-stream",),
    "Zip": ("application/zip",),
    "Archive": ("application/zip", "application/x-tar"),
    "Problem": ("application/problem+json",),
    "Change": ("application/merge-patch+json", *JSON),
    "ServiceChange": ("application/merge-patch+json", *JSON),
}
"""The media types of a schema, where it is not JSON alone."""
STREAMED = frozenset({"Bytes", "Files", "Archive", "Piece"})
"""Bodies that are not read as a whole."""


def media(name: str) -> tuple[str, ...]:
    return MEDIA.get(name, JSON)
