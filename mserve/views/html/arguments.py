"""A task's arguments as fields of a form, made of its own parameters, and back.

A text is typed as it is, all else as JSON; an empty field leaves the argument to its default. What
is typed and not of the right type goes on as a text, and the task's own check says what is wrong.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mserve.tasks.forms import Schema, schema
from mserve.views.html.editing import typed
from mserve.views.html.forms import fields

PREFIX = "argument-"
"""Of the names of fields, so that none is taken for another field of the form."""
LONG = 60  # characters, from which on a text gets several lines


class Argument(NamedTuple):
    """A field: `text` is what is in it; `options` are all that it can be, where these are few."""

    name: str
    text: str
    options: tuple[str, ...]
    kinds: tuple[str, ...]
    usual: str
    needed: bool
    limits: tuple[int, int] | None
    lines: int
    known: bool


def shown(task: Any, arguments: Mapping[str, Any]) -> Iterator[Argument]:
    """The fields of a task; what it does not know (any more), and yet is told, comes last."""
    found = schema(task.parameters) if task is not None else {"properties": {}, "required": []}
    for name, each in found["properties"].items():
        yield _field(name, each, arguments, name in found["required"])
    for name in arguments:
        if name not in found["properties"]:
            yield _field(name, {}, arguments, needed=False)._replace(known=False)


def _field(name: str, each: Schema, arguments: Mapping[str, Any], needed: bool) -> Argument:
    kinds = kinds_of(each)
    text = written(arguments[name], kinds) if name in arguments else ""
    usual = written(each["default"], kinds) if each.get("default") not in (None, "") else ""
    limits = (each["minimum"], each["maximum"]) if "minimum" in each else None
    options = tuple(written(option, kinds) for option in _options(each))
    lines = min(text.count("\n") + 1 + (len(text) > LONG), 12)
    return Argument(name, text, options, kinds, usual, needed, limits, lines, True)


def _options(each: Schema) -> list[Any]:
    return [True, False] if each.get("type") == "boolean" else each.get("enum", [])


def kinds_of(each: Schema) -> tuple[str, ...]:
    """The types of JSON that fit; none named: all."""
    if "enum" in each:
        return tuple(sorted({_kind(option) for option in each["enum"]}))
    several = each.get("anyOf", [each])
    return tuple(one["type"] for one in several if "type" in one)


def read(request: Any, task: Any) -> dict[str, Any]:
    """The arguments in the form's fields."""
    known = schema(task.parameters)["properties"] if task is not None else {}
    sent = [name for name in _names(request) if typed(request, PREFIX + name) != ""]
    return {
        name: value_of(typed(request, PREFIX + name), kinds_of(known.get(name, {})))
        for name in sent
    }


def _names(request: Any) -> list[str]:
    return [name.removeprefix(PREFIX) for name in fields(request) if name.startswith(PREFIX)]


def value_of(text: str, kinds: tuple[str, ...]) -> Any:
    """What is meant by `text`, for an argument of these types."""
    if kinds == ("string",) and not text.startswith('"'):
        return text
    try:
        found = json.loads(text, parse_constant=_no_number)
        json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair is no character
    except (ValueError, RecursionError):
        return text
    fits = not kinds or _kind(found) in kinds or (_kind(found) == "integer" and "number" in kinds)
    return found if fits or "string" not in kinds else text


def written(value: Any, kinds: tuple[str, ...]) -> str:
    """The text that means `value`."""
    if isinstance(value, str) and value != "" and value_of(value, kinds) == value:
        return value
    return json.dumps(value, ensure_ascii=False)


def _kind(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array",
             dict: "object", type(None): "null"}  # fmt: skip
    return names[type(value)]


def _no_number(name: str) -> Any:
    raise ValueError(name)
