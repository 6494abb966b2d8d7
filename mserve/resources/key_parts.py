"""What belongs to a key, below it in its URL."""

from typing import Any

from mserve.resources.statement_places import STATEMENT, EntriesPlace, StatementPlace

USAGE = "usage"


class KeyUsage:
    """`<key>/usage`: what was used through the key, and those made from it."""

    def __init__(self, key: Any) -> None:
        self.__parent__ = self.key = key
        self.__name__ = USAGE


class KeyEntries(EntriesPlace):
    """`<key>/statement/entries`"""


class KeyStatement(StatementPlace):
    """`<key>/statement`: the same, in one month, as it is billed from."""

    entries = KeyEntries

    def __init__(self, key: Any) -> None:
        super().__init__(key)
        self.key = key


PARTS: dict[str, type[KeyUsage] | type[KeyStatement]] = {USAGE: KeyUsage, STATEMENT: KeyStatement}
