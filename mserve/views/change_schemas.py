"""JSON Schemas of what is asked of nodes: what new ones are to be, and what is to change."""

from mserve.resources.properties import TEMPORARY
from mserve.views.key_schemas import SPEED
from mserve.views.schema_words import (
    FLAG,
    NAME,
    OBJECT,
    SHORT,
    TIME,
    Schema,
    array,
    closed,
    may,
    null,
    one_of,
    ref,
)

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
CHANGED: dict[str, Schema] = {
    "Undo": closed(undo={"const": True}),
    "NewContainer": closed(name=NAME),
    "NewService": closed(name=NAME, **TERMS),
    "NewFolder": closed(type={"const": "folder"}, name=NAME),
    "Change": closed(**CHANGES),
    "ContainerChange": closed(**CHANGES, takes_requests=may(null(FLAG))),
    "ServiceChange": closed(**CHANGES, **TERMS),
    "PropertiesChange": closed(**CHANGES, **TERMS, takes_requests=may(null(FLAG))),
    "Destination": closed(parent=may(null(PATH)), name=may(null(NAME))),
    "Batch": closed(operations=array(ref("Operation"), maxItems=1000)),
    "Operation": closed(
        op=one_of("move", "copy", "remove"), path=SHORT,
        parent=may(null(PATH)), name=may(null(NAME)),
    ),
}  # fmt: skip
