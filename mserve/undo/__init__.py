"""Undo: a node's last transactions, and how one of them is taken back by another.

It needs a storage that keeps history (FileStorage, PostgreSQL with keep-history), of which it reads
what each object was before and after the transaction. The storage's own undo is not used, for two
reasons: it takes away objects that others share by now, such as the content of a copy, and it fails
where an index let go of an entry meanwhile, as the search's does within seconds.

So here the inverse of each change is made in a transaction like any other: it can conflict and be
tried again, is seen by all, and can be undone itself. Nothing that later changes stand on is
touched, no secret comes to life again, and what was spent or recorded beside the tree stays.
"""

from mserve.undo.history import MOST, Entry, entries, entry, is_below, path_of
from mserve.undo.undoing import undo

__all__ = ["MOST", "Entry", "entries", "entry", "is_below", "path_of", "undo"]
