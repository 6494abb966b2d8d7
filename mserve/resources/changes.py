"""Changes: which entries of the audit log tell of what a service's files and folders are now.

Whoever keeps a copy of a service, as clients of WebDAV do, asks what has changed since. An entry
is written by one transaction and never after, so it carries the number of that (see snapshot.py).
"""

import heapq
from collections.abc import Iterator

from mserve.resources.index import Index, Transit


class Changes(Transit):
    """An index of one part of the log. Its keys are `<service>-<entry>`.

    Those that a process writes are beside each other, in a shard that few others write.
    """

    @staticmethod
    def place(key: str) -> int:
        return Index.place(key.rpartition("-")[2])

    def enter(self, id: str, key: str) -> None:
        """The entry `key` tells of the service `id`."""
        self[f"{id}-{key}"] = None

    def of(self, id: str, until: str) -> Iterator[str]:
        """The keys of the service's entries, newest first, down to what is above `until`."""
        ranges = (shard.keys(f"{id}-", f"{id}-{until}") for shard in self.shards)
        return (key.partition("-")[2] for key in heapq.merge(*ranges))
