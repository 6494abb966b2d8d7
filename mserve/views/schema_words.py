"""The words that schemas are made of: JSON Schema 2020-12 in short."""

from typing import Any

from mserve.resources.names import FACETS, LIMIT

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
SHA1: Schema = {"type": "string", "pattern": "^[0-9a-f]{40}$"}
MD5: Schema = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
OBJECT: Schema = {"type": "object"}
NAME: Schema = {
    "type": "string", "minLength": 1, "maxLength": LIMIT, "pattern": "^[^/\\x00]+$",
    "not": {"enum": [".", "..", FACETS]}, "examples": ["photos"],
}  # fmt: skip
