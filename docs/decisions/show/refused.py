"""Does a storage keep what refused transactions wanted to write?

refused.py zeo | sqlite | postgresql DSN

In each round, a first process changes `settings`; a second one, which has read these and relies on
them (readCurrent), wants to add a name and is refused with a ReadConflictError, as it should be.
Then the second one commits something else.
"""

import logging
import sys
import tempfile

import transaction
from persistent.mapping import PersistentMapping
from ZODB import DB
from ZODB.POSException import ReadConflictError

logging.disable(logging.CRITICAL)
kind, folder = sys.argv[1], tempfile.mkdtemp()

if kind == "zeo":
    import ZEO

    address, stop = ZEO.server(f"{folder}/Data.fs", threaded=True)


def open_database():
    if kind == "zeo":
        return ZEO.DB(address)
    from relstorage.adapters.postgresql import PostgreSQLAdapter
    from relstorage.adapters.sqlite.adapter import Sqlite3Adapter
    from relstorage.options import Options
    from relstorage.storage import RelStorage

    options = Options(keep_history=False)
    if kind == "sqlite":
        adapter = Sqlite3Adapter(folder, pragmas={}, options=options)
    else:
        adapter = PostgreSQLAdapter(dsn=sys.argv[2], options=options)
    return DB(RelStorage(adapter, options=options))


first, second = open_database(), open_database()
with second.transaction() as connection:
    for name in ("settings", "names", "other"):
        connection.root()[name] = PersistentMapping()

refused = 0
for number in range(50):
    manager = transaction.TransactionManager()
    connection = second.open(manager)
    root = connection.root()
    connection.readCurrent(root["settings"])
    root["names"][number] = PersistentMapping()
    with first.transaction() as elsewhere:
        elsewhere.root()["settings"]["n"] = number
    try:
        manager.commit()
    except ReadConflictError:
        manager.abort()
        refused += 1
    root["other"]["n"] = number
    manager.commit()
    connection.close()

second.close()
with open_database().transaction() as connection:
    names = connection.root()["names"]
    print(f"{kind}: {refused} transactions refused, {len(names)} of their names are in the tree")
