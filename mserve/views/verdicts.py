"""The JSON of an explained decision: whether a view would answer a chain of keys, and why."""

from typing import Any

from pyramid.security import NO_PERMISSION_REQUIRED

from mserve.resources.key import Key
from mserve.security import Grant
from mserve.security.explain import Verdict, explain
from mserve.spending import BYTES_IN, BYTES_OUT, KINDS, USES
from mserve.views.declared import Declared
from mserve.views.json import Json

RAW = frozenset({"Archive", "Bytes", "Files"})
"""Schemas of what is paid by bytes."""
SPENT = "this budget of the key is spent"
SAID = {
    "node": "this place is not at or below the node of the key",
    "attenuated": "keys that were attenuated offline make no keys",
    "revoked": "the key was revoked",
    "password": "the password of the key must come with the request",
    **dict.fromkeys(KINDS, SPENT),
}


def verdict(grant: Grant, declared: Declared, place: Any, method: str) -> Json:
    """Of one operation that the place has with that method."""
    if declared.permission == NO_PERMISSION_REQUIRED:
        found = Verdict(True, None, None)
    else:
        found = explain(grant, place, declared.permission, _paid(declared, method))
    return {
        "operation": declared.name,
        "permission": "" if declared.open else str(declared.permission),
        "allowed": found.allowed,
        "by": found.by,
        "key": None if found.link is None else _known(found.link.key),
        "detail": _sentence(found, declared),
    }


def _paid(declared: Declared, method: str) -> list[str]:
    """The budgets that a request is paid from."""
    given = {name for names in declared.door.answers.values() for name in names}
    comes, goes = RAW & {*declared.door.bodies}, method != "HEAD" and RAW & given
    return [USES, *([BYTES_IN] if comes else ()), *([BYTES_OUT] if goes else ())]


def _known(key: Key) -> str | None:
    """A role's made-up key has no id that anybody knows."""
    return None if key.id not in (key.__parent__.keys or {}) else key.id


def _sentence(found: Verdict, declared: Declared) -> str:
    if found.allowed:
        return "every key of the chain allows it"
    if found.link is None:
        return "the service is outside its start and end times"
    role = found.link.key.role
    if found.by == "role":
        return f"the role {role} has no permission {declared.permission}"
    if found.by == "own":
        return f"the role {role} shows its own uploads alone"
    return SAID.get(str(found.by), f"the caveat {found.by} of the key does not allow it")
