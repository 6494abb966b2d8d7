"""The only way bytes enter, change place or leave: create, replace, move, copy, remove, restore.

Each asks first whether locks allow it (resources/guard.py), and raises LockTokenMissing.
Each acts inside its caller's transaction. Doors receive the bytes first, outside of any
transaction, as a Spool, and call one of these in a fresh, short one that may be tried again.
"""

from mserve.ingest.aside import come_back
from mserve.ingest.dates import set_modified
from mserve.ingest.deposit import deposit
from mserve.ingest.derived import make_again, store_outputs
from mserve.ingest.folders import make_folder, make_folders
from mserve.ingest.places import copy, move
from mserve.ingest.reserved import reserve
from mserve.ingest.store import Stored, create, put, replace, supersede
from mserve.ingest.trash import purge, remove, restore
from mserve.ingest.versions import restore_version

__all__ = [
    "Stored",
    "come_back",
    "copy",
    "create",
    "deposit",
    "make_again",
    "make_folder",
    "make_folders",
    "move",
    "purge",
    "put",
    "remove",
    "replace",
    "reserve",
    "restore",
    "restore_version",
    "set_modified",
    "store_outputs",
    "supersede",
]
