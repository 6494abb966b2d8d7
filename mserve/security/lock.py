"""Passwords on top of keys: a guess costs memory and time, so guesses are counted and slowed down.

They are counted by the key's own password, so that who guesses at one key holds up no other; who
has come with the right one a moment ago is not held up either.
"""

from collections import OrderedDict
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from mserve import passwords
from mserve.errors import Throttled
from mserve.throttle import Limit, Subject, attempt, forgive

GUESSES = Limit(free=10, base=1, most=60, window=900)
KEPT = 1024  # wrong ones in memory
_wrong: OrderedDict[bytes, None] = OrderedDict()
_guard = Lock()
_bound: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def bind(db: Any, redis: Any) -> None:
    """Says where guesses at passwords of keys in the database `db` are counted."""
    _bound[db] = redis


def opens(db: Any, kept: str, given: str | None) -> bool:
    """Whether `given` is the password of which `kept` is the hash.

    `db` is None for a key that is not stored, at which guesses are not counted. Raises Throttled,
    and RedisError where a guess cannot be counted.
    """
    if given is None:
        return False
    if passwords.remembered(kept, given):
        return True
    name = passwords.name(kept, given)
    redis = None if db is None else _bound.get(db)
    return not _known_wrong(name) and _looked_at(redis, kept, given, name)


def _looked_at(redis: Any, kept: str, given: str, name: bytes) -> bool:
    subjects = [Subject(GUESSES, "key-password", kept)]
    wait = 0 if redis is None else attempt(redis, subjects)
    if wait:
        raise Throttled(wait)
    right = passwords.verified(kept, given)
    if not right:
        _remember_wrong(name)
    elif redis is not None:
        forgive(redis, subjects)
    return right


def _known_wrong(name: bytes) -> bool:
    """The same once more is no other guess: a request may be looked at twice (views/express/)."""
    with _guard:
        return name in _wrong


def _remember_wrong(name: bytes) -> None:
    with _guard:
        _wrong[name] = None
        while len(_wrong) > KEPT:
            _wrong.popitem(last=False)
