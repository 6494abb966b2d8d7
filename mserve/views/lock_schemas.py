"""JSON Schemas of locks."""

from mserve.views.schema_words import (
    FLAG,
    ID,
    TEXT,
    TIME,
    URL,
    Schema,
    fields,
    null,
    one_of,
    page,
)

LOCKS: dict[str, Schema] = {
    "Lock": fields(
        id=ID, token=TEXT, url=URL, node=null(URL), type=one_of("service", "folder", "mfile"),
        scope=one_of("exclusive", "shared"), depth=one_of("0", "infinity"), owner=TEXT, actor=TEXT,
        mine=FLAG, since=null(TIME), until=TIME,
    ),
    "Locks": page("Lock"),
}  # fmt: skip
