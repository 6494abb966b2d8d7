"""What a log makes once for each transaction, and adds to."""

from typing import Any

from persistent import Persistent


class PerTransaction(Persistent):  # type: ignore[misc]  # persistent has no types
    """A log that remembers, as long as the transaction lasts, what it has made for it."""

    def holds(self, made: Any) -> bool:
        """Whether it is in the log: not, where the transaction was rolled back to before it."""
        raise NotImplementedError

    def of_transaction(self) -> Any:
        """What was remembered last; None where there is nothing."""
        transaction = self._transaction()
        try:
            made = None if transaction is None else transaction.data(self)
        except KeyError:
            return None
        return made if made is not None and self.holds(made) else None

    def remember(self, made: Any) -> None:
        if (transaction := self._transaction()) is not None:
            transaction.set_data(self, made)

    def _transaction(self) -> Any:
        return None if self._p_jar is None else self._p_jar.transaction_manager.get()
