"""Where statements are, of which the account is not a node's; each with its entries."""

from typing import Any, ClassVar

STATEMENT, ENTRIES = "statement", "entries"


class EntriesPlace:
    """`…/statement/entries`: what a statement's digest is over."""

    __name__ = ENTRIES

    def __init__(self, statement: "StatementPlace") -> None:
        self.__parent__ = self.statement = statement


class StatementPlace:
    """`…/statement` of what is at `above`."""

    __name__ = STATEMENT
    entries: ClassVar[type[EntriesPlace]]

    def __init__(self, above: Any, name: str = STATEMENT) -> None:
        self.__parent__ = above

    def __getitem__(self, name: str) -> EntriesPlace:
        if name == ENTRIES:
            return self.entries(self)
        raise KeyError(name)


class OwnEntries(EntriesPlace):
    pass


class OwnStatement(StatementPlace):
    """What one has used oneself."""

    entries = OwnEntries


class UserEntries(EntriesPlace):
    pass


class UserStatement(StatementPlace):
    """What a user has used."""

    entries = UserEntries

    def __init__(self, above: Any, name: str, user: Any) -> None:
        super().__init__(above, name)
        self.user = user
