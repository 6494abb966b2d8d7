"""Schemas and parameters of the audit log."""

from mserve.resources.asker import DOORS
from mserve.resources.audit import Action
from mserve.views.schema_words import (
    FLAG,
    ID,
    OBJECT,
    TEXT,
    TIME,
    Schema,
    fields,
    null,
    one_of,
    page,
)

ACTION, DOOR = one_of(*Action), one_of(*DOORS)
AUDIT: dict[str, Schema] = {
    "AuditEvent": fields(
        id=TEXT, time=TIME, actor=TEXT, door=DOOR, address=TEXT, action=ACTION, refused=FLAG,
        node=null(ID), path=null(TEXT), before=null(OBJECT), after=null(OBJECT),
    ),
    "AuditEvents": page("AuditEvent"),
    "AuditTable": {"type": "string", "description": "An AuditEvent in each line, names first"},
    "AuditLines": {"type": "string", "description": "An AuditEvent in each line"},
}  # fmt: skip
YES = one_of("true", "false")
AUDIT_QUERY: dict[str, tuple[Schema, str]] = {
    "since": (TIME, "What was at that time or later"),
    "until": (TIME, "What was at that time or before"),
    "actor": (TEXT, "Who did it: `key:<id>`, `user:<id>`, `task:<name>`, `system`, `nobody`"),
    "action": (ACTION, "What was done"),
    "door": (DOOR, "Which way it came"),
    "refused": (YES, "`true`: what was refused alone; `false`: what was done alone"),
    "path": (TEXT, "A part of the path, from the place on"),
    "deep": (YES, "`true`: also what concerned nodes below this one"),
}
