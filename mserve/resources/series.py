"""Series: what was booked in each account, in rows by hour, day and month, and in all.

Tasks are counted by five minutes as well. Rows of fine grains go after a time (expiry.py).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from BTrees.OOBTree import OOBTree

from mserve.resources.brief import is_brief, joined, spelled
from mserve.resources.entry import Entry
from mserve.resources.index import Index
from mserve.resources.posting import post
from mserve.resources.rows import Rows


class Accounts(Index):
    """By the account's id its rows, in a BTree of their own; or a file's Brief.

    kept_from: since when (µs) there are rows of a grain; round: which are gone (expiry.py).
    """

    kept_from: Mapping[str, int] = {}
    round: tuple[Any, ...] = ((), None)

    def rows(self, account: str) -> Rows:
        """Those of an account that is no file's, to be changed; made where there are none."""
        found = self.get(account)
        if found is None:
            found = self[account] = OOBTree()
        return found

    def told(self, account: str) -> Rows | None:
        """Those of any account, to be read; None: nothing was booked there."""
        found = self.get(account)
        return spelled(found, bytes.fromhex(account)) if is_brief(found) else found

    def post(self, account: str, entries: Sequence[Entry]) -> None:
        """Adds entries to a file's, of which the moments (µs) are the beginnings of days."""
        known, own = self.get(account), bytes.fromhex(account)
        if known is None or is_brief(known):
            self[account] = joined(known, own, entries)
        else:
            for entry in entries:
                post(known, entry, own)
