"""JSON Schemas (2020-12) of all that goes in and out, in one table by name.

What goes out may get more fields one day, so its schemas are open; what comes in is refused with
a field that nobody knows, so theirs are closed. A test holds the answers of views against them.
"""

from mserve.views.audit_schemas import AUDIT
from mserve.views.change_schemas import CHANGED
from mserve.views.job_schemas import JOBS
from mserve.views.key_schemas import KEYS
from mserve.views.lock_schemas import LOCKS
from mserve.views.node_schemas import NODES
from mserve.views.people_schemas import PEOPLE
from mserve.views.profile_schemas import PROFILES
from mserve.views.quota_schemas import QUOTAS
from mserve.views.schema_words import (
    OBJECT,
    TEXT,
    WHOLE,
    Schema,
    array,
    fields,
    may,
    one_of,
    ref,
    table,
)
from mserve.views.site_schemas import SITE
from mserve.views.usage_schemas import USAGE

REST: dict[str, Schema] = {
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
    **CHANGED,
    **USAGE,
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
