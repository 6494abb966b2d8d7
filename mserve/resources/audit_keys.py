"""Keys of the audit log's entries: they tell when each was made, and so in which part it is."""

from secrets import token_hex

from mserve.resources import clock
from mserve.resources.ids import new_id
from mserve.resources.index import NEWEST, newest_first

PART = 7 * 86_400 * clock.SECOND


def new_key(moment: int) -> str:
    """The key of an entry made at `moment` (µs), of which there is no other."""
    return newest_first(moment, new_id()[:2] + token_hex(3))


def moment_of(key: str) -> int:
    """When the entry was made (µs); raises ValueError where it is no key."""
    return NEWEST - int(key.partition("-")[0], 16)


def number_of(moment: int) -> int:
    """The number of the part for that time: later ones have lower numbers."""
    return -(moment // PART)
