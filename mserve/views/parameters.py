"""The parameters of the OpenAPI document: in paths, queries and headers."""

from collections.abc import Iterable
from typing import Any

from mserve.views.audit_schemas import AUDIT_QUERY
from mserve.views.declared import Declared
from mserve.views.follow import LONGEST
from mserve.views.job_query import STATES
from mserve.views.paging import LIMIT
from mserve.views.schema_words import ID, SHORT, TEXT, TIME, WHOLE, Schema, one_of
from mserve.views.schemas import NAME, STREAMED

Json = dict[str, Any]
AT_ROOT: Schema = {**NAME, "not": {"enum": [".", "..", "-", "dav", "k"]}}
WAY: Schema = {
    "type": "string", "minLength": 1, "not": {"pattern": "(^|/)(-|\\.|\\.\\.)(/|$)|^/*$|\\x00"},
    "examples": ["photos/cat.jpg"],
}  # fmt: skip

PATH: dict[str, tuple[Schema, str]] = {
    "container": ({**AT_ROOT, "examples": ["acme"]}, ""),
    "service": ({**NAME, "examples": ["media"]}, ""),
    "path": (WAY, "One name or several, divided by `/` (or `%2F`): the way to a file or folder"),
    "key": (ID, "The key's `id`, not its secret"),
    "job": (ID, ""),
    "output": ({**TEXT, "minLength": 1}, "`<set>-<task>-<name>`"),
    "answer": ({**TEXT, "minLength": 1}, "`<set>-<task>-<attempt>`"),
    "version": ({"type": "integer", "minimum": 1}, ""),
    "upload": (ID, ""),
    "trashed": ({**TEXT, "minLength": 1}, "The `id` of what is in the trash"),
    "profile": (NAME, ""),
    "workflow": (NAME, "`ingest`, `update`, `access`, `periodic`, or another one's name"),
    "set": (WHOLE, "The set's place in the workflow, from 0"),
    "task": (WHOLE, "The task's place in the set, from 0"),
    "link": ({**TEXT, "minLength": 1}, "The token at the end of a link from a mail"),
    "session": ({**TEXT, "minLength": 1}, "The `id` of a session"),
    "token": (ID, "The `id` of an API token"),
    "user": (ID, "The `id` of a user"),
    "request": (ID, "The `id` of a request for a service"),
    "transaction": ({**TEXT, "pattern": "^[0-9a-f]{16}$"}, "The `id` of a transaction"),
    "lock": ({**TEXT, "minLength": 1}, "The `id` of a lock, or its token"),
    "round": ({**TEXT, "minLength": 1}, "The `id` of a round"),
    "object": ({**TEXT, "pattern": "^[0-9a-f]{16}$"}, "The number of a stored object, in hex"),
}
QUERY: dict[str, tuple[Schema, str]] = {
    "limit": (
        {"type": "integer", "minimum": 1, "maximum": 1000, "default": LIMIT},
        "Entries on the page; the settings may allow fewer or more",
    ),
    "cursor": (TEXT, "Where the page begins, as the `next` of the page before says"),
    "recursive": (one_of("true", "false"), "`true`: also with all that is below it"),
    "format": (
        TEXT,
        "Of a folder `zip`: all in it that the key may read; of a provenance `prov`: PROV-JSON; "
        "of the audit log `csv` or `ndjson`",
    ),
    "name": (TEXT, "With `format=zip`: of what is to be in it; several: all of these"),
    "unpack": (one_of("zip", "tar"), "The file is an archive, and all that is in it is stored"),
    "q": (SHORT, 'Words; `and`, `or`, `not`, `"a phrase"` and `prefix*` are possible'),
    "type": (one_of("mfile", "folder"), ""),
    "mimetype": (TEXT, "A media type, or `image/*`"),
    "tag": (TEXT, "A tag; several: all of them"),
    "size>": (WHOLE, "At least so many bytes"),
    "size<": (WHOLE, "At most so many bytes"),
    "modified>": (TIME, "Modified at that time or later"),
    "modified<": (TIME, "Modified at that time or before"),
    "sort": (TEXT, "`name`, `size`, `modified` or `relevance`; `-` before it reverses the order"),
    "at": (WHOLE, "The place, from 0, that it shall have; left out: the last"),
    "wait": (
        {"type": "integer", "minimum": 0, "maximum": LONGEST},
        "Seconds to wait for the end of the job, which is shown as it is then",
    ),
    "state": (one_of(*STATES), "Of jobs: `open`: what has not ended"),
    "task": (TEXT, "The name of a task that the job has, as `thumbnail`"),
    "workflow": (TEXT, "The workflow that the job is of, as `ingest`"),
    "run": (
        {**TEXT, "pattern": "^[0-9]{1,9}-[0-9]{1,9}$"},
        "The task that it is of, as `<set>-<task>`, both from 0",
    ),
    "tail": ({"type": "integer", "minimum": 1, "maximum": 100_000}, "So many lines, the last ones"),
    "id": (ID, "The `id` of a node or job, of which the stored object is"),
    "metric": (TEXT, "The URI of the metric that is asked for; it may be given several times"),
    "from": (TEXT, "From when on: a time where an hour begins, a day, or a month (UTC)"),
    "to": (TEXT, "Until when, likewise; what is asked for ends before it"),
    "month": ({**TEXT, "pattern": "^[0-9]{4}-[0-9]{2}$"}, "A month, such as 2026-11"),
    "group": (
        one_of("5min", "hour", "day", "month", "key", "task", "mimetype", "service"),
        "What reports are told apart by",
    ),
    **AUDIT_QUERY,
}
READS = {
    "Range": "Parts of the bytes, for example `bytes=0-499` (RFC 9110, 14.2)",
    "If-Range": "Range holds only for this entity tag or date",
    "If-Match": "412 where the entity tag is none of these",
    "If-None-Match": "304 where the entity tag is one of these",
    "If-Modified-Since": "304 where it was not changed since",
    "If-Unmodified-Since": "412 where it was changed since",
    "Want-Repr-Digest": "The digests wanted, for example `sha-256=1` (RFC 9530)",
}
WRITES = {
    "If-Match": "412 where the entity tag is none of these; `*`: where nothing is",
    "If-None-Match": "412 where the entity tag is one of these; `*`: where something is",
    "If-Unmodified-Since": "412 where it was changed since",
    "If": "The tokens of locks, `(<urn:uuid:…>)`; 412 where no list holds (RFC 4918, 10.4)",
}
SIZE: Schema = {"type": "string", "pattern": "^[0-9]{1,18}$"}
TUS: dict[str, tuple[Schema, str]] = {
    "Tus-Resumable": (one_of("1.0.0"), "The version of tus"),
    "Upload-Length": (SIZE, "The size of the whole file"),
    "Upload-Defer-Length": (one_of("1"), "The size is not known yet"),
    "Upload-Metadata": (TEXT, "`filename` and more, values in base64: `filename Y2F0LmpwZw==`"),
    "Upload-Offset": (SIZE, "The number of bytes that are here already"),
    "Upload-Checksum": (TEXT, "Of this piece: `sha256 <base64>`"),
    "Repr-Digest": (TEXT, "Of the whole file: `sha-256=:…:` (RFC 9530); others end the upload"),
    "X-HTTP-Method-Override": (one_of("PATCH", "DELETE"), "What is meant"),
}
NEEDED = ("Tus-Resumable", "X-HTTP-Method-Override")
DIGESTS = {
    "Content-Digest": "`sha-256=:…:` (RFC 9530); other bytes are not stored",
    "Repr-Digest": "The same here: bytes come without a content coding",
    "Content-MD5": "In base64 (RFC 1864)",
}


def of_path(template: str) -> list[Json]:
    """References to the parameters in a template."""
    names = [part.partition("}")[0] for part in template.split("{")[1:]]
    return [_reference(name) for name in names]


def of_views(views: Iterable[Declared]) -> list[Json]:
    """References to the query's and headers' parameters of the views of one operation."""
    names = {f"query-{name}": None for view in views for name in view.door.query}
    for view in views:
        names |= dict.fromkeys(f"tus-{name}" for name in view.door.headers)
        names |= {f"{kind}-{name}": None for kind, headers in _headers(view) for name in headers}
    return [_reference(name) for name in names]


def _reference(name: str) -> Json:
    return {"$ref": f"#/components/parameters/{_component(name)}"}


def _component(name: str) -> str:
    """`query-size-from` for `query-size>`: names of components hold no `>`."""
    return name.replace(">", "-from").replace("<", "-to")


def _headers(view: Declared) -> Iterable[tuple[str, dict[str, str]]]:
    if view.method == "GET" and "Bytes" in view.door.answers.get(200, ()):
        yield "read", READS
    elif view.tagged:
        yield "read", {name: READS[name] for name in ("If-Match", "If-None-Match")}
    if view.method not in ("GET", "OPTIONS"):
        yield "write", WRITES
    if STREAMED & {*view.door.bodies}:
        yield "bytes", {each: DIGESTS[each] for each in DIGESTS if each not in view.door.headers}


def components() -> dict[str, Json]:
    """All parameters by the name that references use."""
    found = {name: _one("path", name, *each, required=True) for name, each in PATH.items()}
    found |= {f"query-{name}": _one("query", name, *each) for name, each in QUERY.items()}
    found |= {f"tus-{name}": _one("header", name, *each, required=name in NEEDED)
              for name, each in TUS.items()}  # fmt: skip
    for kind, headers in (("read", READS), ("write", WRITES), ("bytes", DIGESTS)):
        found |= {f"{kind}-{name}": _one("header", name, TEXT, w) for name, w in headers.items()}
    return {_component(name): each for name, each in found.items()}


def _one(place: str, name: str, schema: Schema, words: str, **more: Any) -> Json:
    shown = {"name": name, "in": place, "schema": schema, **more}
    return {**shown, "description": words} if words else shown
