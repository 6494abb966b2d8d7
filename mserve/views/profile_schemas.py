"""JSON Schemas of changes of profiles, of their pieces and their versions."""

from mserve.views.schema_words import (
    OBJECT,
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
)

POINTER: Schema = {**TEXT, "examples": ["/workflows/ingest/sets/0"]}
PROFILES: dict[str, Schema] = {
    "JsonPatch": array(
        fields(
            op=one_of("add", "remove", "replace", "move", "copy", "test"), path=POINTER,
            **{"from": may(POINTER)}, value=may({}),
        ),
        examples=[[{"op": "remove", "path": "/workflows/ingest/sets/1"}]],
    ),
    "ProfileChange": closed(
        name=may({}), url=may({}), version=may({}), workflows=may(OBJECT),
    ),
    "WorkflowChange": OBJECT,
    "TaskSetChange": OBJECT,
    "TaskSpecChange": OBJECT,
    "SetPlace": closed(to=WHOLE),
    "TaskPlace": closed(to=WHOLE, set=may(null(WHOLE))),
    "Edition": fields(version=WHOLE, url=URL, since=null(TIME)),
    "Editions": page("Edition"),
}  # fmt: skip
