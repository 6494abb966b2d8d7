"""JSON bodies: read under a cap, checked field by field, all faults told together."""

import json
from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Any

from mserve.errors import BadDocument, BadInput

LIMIT = 1 << 20  # bytes
DEPTH = 100  # pickles and conditions recurse


def document(request: Any) -> dict[str, Any]:
    """The JSON object in the body; raises BadInput where there is none."""
    found = value(request)
    if not isinstance(found, dict):
        raise BadInput('the body should be a JSON object, for example {"name": "photos"}')
    return found


def value(request: Any) -> Any:
    """The JSON in the body; raises BadInput where it is none."""
    text = raw(request, LIMIT)
    try:
        found = json.loads(
            text, parse_constant=_no_number, parse_float=_finite, object_pairs_hook=_once
        )
    except (ValueError, RecursionError) as fault:
        raise BadInput(f"the body is no JSON: {fault}") from None
    if deeper(found, DEPTH):
        raise BadInput(f"the body is nested deeper than {DEPTH} levels")
    return found


def raw(request: Any, limit: int) -> bytes:
    """The body, of at most `limit` bytes; raises BadInput where there are more."""
    text: bytes = request.body_file.read(limit + 1)
    if len(text) > limit:
        raise BadInput(f"a body of this kind may have at most {limit} bytes")
    return text


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice!r:.80} comes twice in an object")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number in JSON (RFC 8259, 6)")


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"{text:.30} is too large a number")
    return number


def deeper(found: Any, levels: int) -> bool:
    """Whether the JSON value is nested deeper than `levels`."""
    layer = [found]
    for _ in range(levels + 1):
        layer = [
            inner
            for each in layer
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return bool(layer)


def pointer(name: str) -> str:
    """A member's place as a JSON Pointer (RFC 6901, 3)."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


class Fields:
    """Takes the fields of an object one by one and remembers every fault."""

    def __init__(self, source: Mapping[str, Any]) -> None:
        self.rest = dict(source)
        self.faults: list[tuple[str, str]] = []

    def take(self, name: str, check: Callable[[Any], Any], default: Any = None) -> Any:
        """The checked field, or `default` where it is missing or null."""
        value = self.rest.pop(name, None)
        if value is None:
            return default
        try:
            return check(value)
        except BadInput as fault:
            self.faults.append((pointer(name), str(fault)))

    def nulls(self, names: Iterable[str]) -> dict[str, None]:
        """Those of `names` that the object gives as null."""
        return {name: None for name in names if self.rest.get(name, ...) is None}

    def need(self, name: str, check: Callable[[Any], Any]) -> Any:
        """As take, but a field that is missing is a fault."""
        if self.rest.get(name) is None:
            self.rest.pop(name, None)
            self.faults.append((pointer(name), "is missing"))
        return self.take(name, check)

    def end(self) -> None:
        """Raises BadDocument if there was a fault; a field that nobody took is one."""
        self.faults += [(pointer(name), "is not a field here") for name in self.rest]
        if self.faults:
            raise BadDocument(self.faults)


def text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 4096:
        raise BadInput("should be a text of at most 4096 characters")
    return value


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadInput("should be true or false")
    return value


def mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadInput("should be a JSON object")
    return value


def anything(value: Any) -> Any:
    return value
