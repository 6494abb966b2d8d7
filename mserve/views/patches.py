"""Patches of JSON documents: JSON Patch (RFC 6902) and JSON Merge Patch (RFC 7396)."""

from collections.abc import Mapping
from json import dumps
from typing import Any

from jsonpatch import JsonPatch, JsonPatchException, JsonPatchTestFailed
from jsonpointer import JsonPointerException, resolve_pointer

from mserve.errors import BadDocument, BadInput, Conflict
from mserve.views.body import LIMIT

FAULTS = (JsonPatchException, JsonPointerException)
WORDS = 300  # characters of what a fault says, which may hold values of the document


def merged(now: Any, patch: Mapping[str, Any]) -> dict[str, Any]:
    """`now` with `patch` merged into it, RFC 7396."""
    found = dict(now)
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        elif isinstance(value, dict):
            old = found.get(name)
            found[name] = merged(old if isinstance(old, dict) else {}, value)
        else:
            found[name] = value
    return found


def patched(document: Any, operations: Any) -> Any:
    """What `document` becomes by the operations of RFC 6902, all of them; it is used up.

    Raises BadDocument with each operation that cannot be used, and its place in the patch;
    Conflict where a `test` fails.
    """
    if not isinstance(operations, list):
        raise BadInput("a JSON Patch should be an array of operations (RFC 6902)")
    steps = _checked(operations)
    room = LIMIT
    for place, step in enumerate(steps):
        try:
            room -= _copied(document, operations[place])
            document = step.apply(document, in_place=True)
        except JsonPatchTestFailed as fault:
            raise Conflict(f"operation {place} fails: {fault!s:.{WORDS}}") from None
        except FAULTS as fault:
            raise BadDocument([(f"/{place}", f"{fault!s:.{WORDS}}")]) from None
        if room < 0:
            raise BadInput(f"the copies of a patch may have at most {LIMIT} bytes")
    return document


def _checked(operations: list[Any]) -> list[JsonPatch]:
    """Each operation as a patch of its own."""
    found, faults = [], []
    for place, operation in enumerate(operations):
        try:
            found.append(JsonPatch([operation]))
        except FAULTS as fault:
            faults.append((f"/{place}", f"{fault!s:.{WORDS}}"))
    if faults:
        raise BadDocument(faults)
    return found


def _copied(document: Any, operation: Mapping[str, Any]) -> int:
    """How many bytes of JSON the operation copies, which a few bytes may have double each time."""
    if operation["op"] != "copy" or not isinstance(operation.get("from"), str):
        return 0
    return len(dumps(resolve_pointer(document, operation["from"])))
