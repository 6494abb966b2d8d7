"""Upload: a file that comes in pieces (tus 1.0); its bytes so far lie in a Partial."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from persistent import Persistent

from mserve.resources import clock
from mserve.resources.deposit import Depositor, Reach

IDLE = 86_400  # seconds without a byte, after which an upload is given up


@dataclass(frozen=True)
class Described:
    """What is to become of the bytes: a file at the path `names` below the upload's folder.

    `conditions` are header names and values (RFC 9110, 13) that must hold for the file's place.
    `metadata` is what the client said, word for word.
    """

    names: tuple[str, ...]
    media_type: str
    conditions: Mapping[str, str]
    metadata: str


class Upload(Persistent):  # type: ignore[misc]  # persistent has no types
    """The upload with its folder, and the id of the key that may go on with it.

    `length` is None until the client says it. `announced` are digests that the whole must have:
    who says so, the algorithm as hashlib calls it, the digest. `mfile` and `job` are ids, once the
    file is stored.
    """

    reach = Reach.OWN
    depositor: Depositor = ()
    announced: tuple[tuple[str, str, bytes], ...] = ()
    mfile: str | None = None
    job: str | None = None
    finished: int | None = None

    def __init__(
        self, id: str, folder: Any, key: str, length: int | None, described: Described
    ) -> None:
        self.id = self.__name__ = id
        self.__parent__ = folder
        self.key = key
        self.length = length
        self.described = described
        self.created = clock.now()

    def finish(self, mfile: str, job: str | None) -> None:
        """It is stored; it stays for a time, for a client that missed the answer."""
        self.mfile, self.job, self.finished = mfile, job, clock.now()

    def expires(self, changed: int | None) -> int:
        """When it is given up (µs), if its bytes were last changed at `changed`."""
        return max(self.created, changed or 0, self.finished or 0) + IDLE * clock.SECOND
