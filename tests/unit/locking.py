"""Locks for tests: made beside the requests, as another client of WebDAV would."""

from collections.abc import Callable
from typing import Any

from mserve import database
from mserve.errors import MserveError
from mserve.ingest import locks
from mserve.resources.asker import Asker, asked_by
from mserve.resources.lock import EXCLUSIVE, Lock, on


def node_at(site: Any, path: str) -> Any:
    for name in filter(None, path.split("/")):
        site = site[name]
    return site


def lock_at(
    db: Any, path: str, actor: str, *, scope: str = EXCLUSIVE, deep: bool = False,
    seconds: int = 60, note: str = "", owner: str = "<a/>",
) -> Lock:  # fmt: skip
    """A lock on the node at `path`, made by `actor`."""

    def act(site: Any) -> Lock:
        if note:
            site._p_jar.transaction_manager.get().note(note)
        with asked_by(Asker(actor, "dav")):
            return locks.lock(node_at(site, path), locks.Wish(scope, deep, owner, seconds))

    return database.run(db, act)


def end(db: Any, path: str, made: Lock) -> None:
    """Ends that lock on the node at `path`."""

    def act(site: Any) -> None:
        [held] = [held for held in on(node_at(site, path)) if held.lock == made]
        locks.unlock(held)

    database.run(db, act)


class Undone(Exception):
    """It has gone well, and is not to be kept."""


def tried(db: Any, act: Callable[[Any], Any], actor: str = "key:x", token: str = "") -> Any:
    """The fault of mserve's own that `act(site)` raises, or None; nothing of it is kept."""

    def acted(site: Any) -> None:
        act(site)
        raise Undone

    try:
        as_asker(db, actor, {token}, acted)
    except Undone:
        return None
    except MserveError as fault:
        return fault


def as_asker(db: Any, actor: str, tokens: set[str], act: Callable[[Any], Any]) -> Any:
    """What `act(site)` returns, done by `actor` with these tokens."""

    def acted(site: Any) -> Any:
        with asked_by(Asker(actor, "dav", "", frozenset(tokens))):
            return act(site)

    return database.run(db, acted)
