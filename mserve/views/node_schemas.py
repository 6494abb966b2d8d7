"""JSON Schemas of what is in the tree: nodes, versions, what was removed, and what changed them."""

from mserve.views.drive_words import WAYS
from mserve.views.provenance_schemas import PROVENANCE
from mserve.views.quota_schemas import LIMITS
from mserve.views.schema_words import (
    FLAG,
    ID,
    MD5,
    OBJECT,
    SHA1,
    SHA256,
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
    "Found": {**page("AnyNode"), "properties": {**page("AnyNode")["properties"], "complete": FLAG}},
    "Results": fields(results=array(ref("Result"))),
    "Result": fields(
        status=WHOLE, node=may(ref("AnyNode")), trashed=may(URL), type=may(TEXT), detail=may(TEXT),
        said=may(TEXT),
    ),
    "MadeContainer": fields("Container", keys=array(ref("MadeKey"))),
    "MadeService": fields("Service", keys=array(ref("MadeKey"))),
    "Unpacked": fields(files=WHOLE, folders=WHOLE, size=WHOLE, items=array(ref("Mfile"))),
    "Upload": fields(
        id=ID, url=URL, names=array(TEXT), length=null(WHOLE), offset=WHOLE, created=TIME,
        mfile=null(URL), job=null(URL),
    ),
    "PropertiesShown": fields(
        name=TEXT, metadata=OBJECT, takes_requests=may(FLAG), start=may(null(TIME)),
        end=may(null(TIME)), priority=may(FLAG), profile=may(TEXT), properties=may(OBJECT),
    ),
    "Drive": fields(
        url=null(URL), in_key=null(URL), chunked=null(URL), may=array(one_of(*WAYS)),
    ),
}  # fmt: skip
