"""Many objects are asked of the storage at once."""

from collections.abc import Iterable
from typing import Any


def prefetch(things: Iterable[Any]) -> None:
    """Asks the storage for those of `things` that are not in memory, all at once."""
    lacking = [each for each in things if each is not None and each._p_changed is None]
    if len(lacking) > 1:
        lacking[0]._p_jar.prefetch(lacking)
