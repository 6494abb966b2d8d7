"""Objects of the database as they are stored, for who looks for a fault. Nothing is changed, and no
secret is shown: neither passwords nor keys, nor what was sealed or digested of them.
"""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from itertools import islice
from typing import Any

from BTrees.Length import Length
from persistent import Persistent
from persistent.timestamp import TimeStamp
from ZODB.POSException import POSKeyError

from mserve.errors import BadInput, Missing
from mserve.resources import clock
from mserve.views import paging

Json = dict[str, Any]
SECRET = re.compile(r"digest|secret|seal|password|totp|recovery|token|kept_by")
"""Names of attributes whose values are kept secret."""
SECRETLY = re.compile(r"[0-9a-f]{64}|[0-9a-f]{128}|[A-Za-z0-9_-]{43}|\$argon2.*|gAAAA.*", re.S)
"""Texts that are, or come of, a secret, whatever they are called."""
OPEN = frozenset({"sha256", "__module__", "__name__"})
"""Names of attributes whose texts look so, and are no secret."""
MASKED = {"masked": True}
WRONG = "cursor={:.30} was not given by a page of this listing"
MOST, DEEPEST, LONGEST = 100, 5, 500  # values of one kind, levels, characters


def load(site: Any, oid: bytes) -> Any:
    """The object of that number; raises Missing."""
    try:
        thing = site._p_jar.get(oid)
        thing._p_activate()
    except POSKeyError:
        raise Missing(f"no object is stored under the number {oid.hex()}") from None
    return thing


def shown(thing: Any) -> Json:
    """What is known of a stored object, without what lies in it by keys."""
    record, tid = thing._p_jar._storage.load(thing._p_oid)
    moment = int(TimeStamp(tid).timeTime() * clock.SECOND)
    return {
        "object": thing._p_oid.hex(),
        "class": name_of(type(thing)),
        "serial": tid.hex(),
        "changed": clock.rfc3339(moment),
        "size": len(record),
        "attributes": _attributes(thing),
    }


def name_of(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def has_entries(thing: Any) -> bool:
    """Whether it is a BTree or set."""
    return type(thing).__module__.startswith("BTrees.") and hasattr(thing, "keys")


def entries(thing: Any, limit: int, cursor: str | None) -> tuple[list[Json], str | None]:
    """Up to `limit` of what lies in a BTree or set by its keys, and the cursor behind it. Raises
    BadInput."""
    begin, skip = _begin(cursor)
    try:
        behind = (key for key in thing.keys(begin) if key != begin)
    except TypeError:  # of trees with other keys
        raise BadInput(WRONG.format(cursor)) from None
    found = list(islice(behind, skip, skip + limit + 1))
    mapped = hasattr(thing, "items")
    told = [{"key": value_of(key), "value": value_of(thing[key]) if mapped else None}
            for key in found[:limit]]  # fmt: skip
    return told, _cursor(found[limit - 1], skip + limit) if len(found) > limit else None


def _cursor(key: Any, number: int) -> str:
    """By the key; where that must not be told, or is no text or number, by how many there were."""
    if isinstance(key, int):
        return f"i{key}"
    return f"k{key}" if isinstance(key, str) and not SECRETLY.fullmatch(key) else f"n{number}"


def _begin(cursor: str | None) -> tuple[Any, int]:
    """The key behind which it goes on, or how many are left out."""
    if not cursor:
        return None, 0
    kind, rest = cursor[0], cursor[1:]
    if kind == "k":
        return rest, 0
    if kind not in "in" or not paging.number_like(rest.removeprefix("-" if kind == "i" else "")):
        raise BadInput(WRONG.format(cursor))
    return (int(rest), 0) if kind == "i" else (None, int(rest))


def _attributes(thing: Any) -> Json:
    if isinstance(thing, Length):
        return {"value": thing()}
    state = {} if has_entries(thing) else thing.__getstate__()
    if not isinstance(state, Mapping):
        return {} if state is None else {"state": value_of(state)}
    named = {str(name): getattr(thing, str(name), each) for name, each in sorted(state.items())}
    return {name: value_of(each, name) for name, each in named.items()}  # unpacked


def value_of(value: Any, name: str = "", depth: int = 0) -> Any:
    """A value as JSON. References to other objects are their numbers and classes."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if SECRET.search(name):
        return MASKED
    if isinstance(value, str):
        return _text(value, name)
    if isinstance(value, bytes):
        return {"bytes": len(value)}
    if isinstance(value, Persistent) or getattr(value, "_p_oid", None):
        return _reference(value)
    if depth == DEEPEST:
        return {"class": name_of(type(value))}
    return _composed(value, name, depth + 1)


def _text(value: str, name: str) -> Any:
    if name not in OPEN and SECRETLY.fullmatch(value):
        return MASKED
    return value if len(value) <= LONGEST else f"{value[:LONGEST]}…"


def _reference(value: Any) -> Json:
    oid = value._p_oid
    return {"object": None if oid is None else oid.hex(), "class": name_of(type(value))}


def _composed(value: Any, name: str, depth: int) -> Any:
    if isinstance(value, Mapping):
        some = islice(value.items(), MOST)
        return {str(_plain(key)): value_of(each, str(key), depth) for key, each in some}
    named = getattr(value, "_fields", None)
    if isinstance(value, tuple | list | set | frozenset) and named is None:
        return [value_of(each, name, depth) for each in islice(value, MOST)]
    if named is None:
        named = [each.name for each in fields(value)] if is_dataclass(value) else vars_of(value)
    parts = {each: value_of(getattr(value, each, None), each, depth) for each in named}
    return {"class": name_of(type(value)), **parts}


def vars_of(value: Any) -> list[str]:
    return sorted(getattr(value, "__dict__", ()))


def _plain(key: Any) -> Any:
    """A key, which may be a secret's digest as well."""
    return "…" if isinstance(key, str) and SECRETLY.fullmatch(key) else key
