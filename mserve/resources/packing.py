"""Packing: a part of a record without objects of its own, as bytes.

A database's pickler asks of each number and text in a record whether it is an object of its own,
by a function in Python; what is packed it asks once.
"""

import pickle
from typing import Any


def pack(plain: Any) -> bytes:
    """plain: of tuples, lists, dictionaries, texts, bytes, numbers and None."""
    return pickle.dumps(plain, protocol=3)  # without frames, which small ones are the larger by


def unpack(stored: Any) -> Any:
    """What was packed; what was stored before it was packed comes back as it is."""
    if not isinstance(stored, bytes):
        return stored
    return pickle.loads(stored)  # noqa: S301 - from a record, which the database unpickles as well
