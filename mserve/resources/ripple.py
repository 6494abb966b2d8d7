"""Ripple: in whose accounts a transaction has reported usage, told in this process after it.

It says where to look and no more: what is lost here is seen a while later.
"""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

Listener = Callable[[set[bytes]], None]
"""Is given the ids of each entry's accounts, as the entry has them."""
_listeners: WeakKeyDictionary[Any, Listener] = WeakKeyDictionary()


def listen(db: Any, listener: Listener) -> None:
    """Has the listener told of what is reported in that database from now on."""
    _listeners[db] = listener


def noted(connection: Any) -> set[bytes]:
    """To which the accounts are added in which the transaction that is under way reports."""
    listener = None if connection is None else _listeners.get(connection.db())
    if listener is None:
        return set()
    transaction = connection.transaction_manager.get()
    try:
        seen: set[bytes] = transaction.data(listener)
    except KeyError:
        seen = set()
        transaction.set_data(listener, seen)
        transaction.addAfterCommitHook(_tell_if_committed, (listener, seen))
    return seen


def _tell_if_committed(committed: bool, listener: Listener, seen: set[bytes]) -> None:
    if committed:
        listener(seen)
