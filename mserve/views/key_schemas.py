"""Schemas of keys, and of who can reach what."""

from mserve.resources.roles import ROLES, Permission
from mserve.resources.terms import LARGEST, METHODS, SEVERAL
from mserve.views.schema_words import (
    FLAG,
    ID,
    SHORT,
    TEXT,
    TIME,
    URL,
    Schema,
    array,
    closed,
    fields,
    may,
    null,
    one_of,
    page,
    ref,
)  # fmt: skip

ROLE = one_of(*ROLES)
PERMISSION = one_of(*Permission)
SPEED: Schema = {
    "type": "integer", "minimum": 1, "maximum": 1 << 40, "description": "Bytes per second",
}  # fmt: skip
BUDGET: Schema = {"type": "integer", "minimum": 0, "maximum": LARGEST}
PASSWORD: Schema = {"type": "string", "minLength": 8, "maxLength": 128, "format": "password"}
CAVEATS = {
    "permissions": array(PERMISSION, minItems=1),
    "node": ID,
    "start": TIME,
    "end": TIME,
    "methods": array(one_of(*METHODS), minItems=1),
    "networks": array(TEXT, minItems=1, maxItems=SEVERAL),
    "accessspeed": SPEED,
    "bytes_in": BUDGET,
    "bytes_out": BUDGET,
    "uses": BUDGET,
}
ASKED = {name: may(null(schema)) for name, schema in CAVEATS.items()} | {
    "renditions": may(null({"const": True})),
    "password": may(null(PASSWORD)),
}
SHOWN = {name: may(schema) for name, schema in CAVEATS.items()} | {"password": may(FLAG)}

KEYS: dict[str, Schema] = {
    "Caveats": fields(**SHOWN),
    "Spent": fields(bytes_in=may(BUDGET), bytes_out=may(BUDGET), uses=may(BUDGET)),
    "Key": fields(
        id=ID, label=TEXT, role=ROLE, node=URL, parent=null(ID), caveats=ref("Caveats"),
        permissions=array(PERMISSION), maker=null(TEXT), created=TIME, used=null(TIME),
        spent=ref("Spent"), revoked=null(TIME), works=FLAG, former_end=null(TIME),
    ),
    "Keys": page("Key"),
    "MadeKey": fields("Key", key=TEXT, url=URL),
    "NewKey": closed(role=may(null(ROLE)), label=may(null(SHORT)), **ASKED),
    "KeyChange": closed(label=may(null(SHORT)), **ASKED),
    "Rotation": closed(
        grace=may(null({"type": "integer", "minimum": 0, "maximum": 90 * 86_400})),
    ),
    "Reach": fields(
        key=ID, label=null(TEXT), role=ROLE, type=TEXT, node=null(URL),
        permissions=array(PERMISSION), caveats=ref("Caveats"), works=FLAG, users=array(TEXT),
    ),
    "Reaches": page("Reach"),
    "Question": closed(
        key=may(null(ID)), role=may(null(ROLE)), method=may(null(one_of(*METHODS))),
        path=may(null(TEXT)), address=may(null(TEXT)), time=may(null(TIME)),
    ),
    "Verdict": fields(
        operation=TEXT, permission=TEXT, allowed=FLAG, by=null(TEXT), key=null(ID), detail=TEXT,
    ),
    "Decision": fields(allowed=FLAG, verdicts=array(ref("Verdict"))),
}  # fmt: skip
