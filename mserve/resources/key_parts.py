"""What belongs to a key, below it in its URL."""

from typing import Any

USAGE = "usage"


class KeyUsage:
    """`<key>/usage`: what was used through the key, and those made from it."""

    def __init__(self, key: Any) -> None:
        self.__parent__ = self.key = key
        self.__name__ = USAGE
