"""Forms: what a task can be told as a JSON Schema, made of its function's own annotations."""

from inspect import Parameter, Signature
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

Schema = dict[str, Any]
TYPES = {
    int: "integer", float: "number", str: "string", bool: "boolean",
    list: "array", dict: "object", type(None): "null",
}  # fmt: skip


def schema(parameters: Signature) -> Schema:
    """The arguments as an object with a property for each."""
    known = parameters.parameters
    return {
        "type": "object",
        "properties": {name: _property(each) for name, each in known.items()},
        "required": [name for name, each in known.items() if each.default is each.empty],
        "additionalProperties": False,
    }


def _property(parameter: Parameter) -> Schema:
    found = _type(parameter.annotation)
    if parameter.default is not parameter.empty:
        found["default"] = parameter.default
    return found


def _type(annotation: Any) -> Schema:
    """As tasks/parameters.py checks it."""
    origin, options = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(options[0]) | _limits(options[1:])
    if origin is Literal:
        return {"enum": list(options)}
    if origin in (Union, UnionType):
        return {"anyOf": [_type(each) for each in options]}
    name = TYPES.get(origin or annotation)
    return {"type": name} if name else {}


def _limits(limits: tuple[Any, ...]) -> Schema:
    ranges = [each for each in limits if isinstance(each, range)]
    return {"minimum": ranges[0][0], "maximum": ranges[0][-1]} if ranges else {}
