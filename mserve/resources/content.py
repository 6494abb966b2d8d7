"""Content: immutable bytes in a blob, with what is known of them; shared by all who have them."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from os.path import exists
from typing import Any, BinaryIO

from persistent import Persistent
from ZODB.blob import Blob
from ZODB.POSException import ConflictError

from mserve.errors import Away
from mserve.resources import blobs, clock
from mserve.resources.provenance import Origin

FACTS = frozenset({"mimetype", "md5", "sha1"})
NOTHING = sha256().hexdigest()


@dataclass(frozen=True, eq=False)
class Rendition:
    """A smaller picture of a content, for example its thumbnail. Sizes are in pixels."""

    content: "Content"
    mimetype: str
    width: int
    height: int

    def __eq__(self, other: object) -> bool:
        """Whether it is of the same bytes, also of references, while a conflict is resolved."""
        return isinstance(other, Rendition) and _oid(self.content) == _oid(other.content)

    def __hash__(self) -> int:
        return hash(_oid(self.content))


def _oid(content: Any) -> Any:
    """What tells it from others; ZODB's references raise where they are compared."""
    return getattr(content, "oid", None) or content._p_oid or id(content)


class Content(Persistent):  # type: ignore[misc]  # persistent has no types
    """Bytes, their size and SHA-256; what tasks find out about them is added once known.

    Without a `blob` the bytes are in the archive alone. They leave here, and come back, in the
    transaction that says so; what a blob held is freed when the database is packed.
    """

    md5: str | None = None
    sha1: str | None = None  # known where a client has announced it, or will ask for it
    mimetype: str | None = None
    renditions: Mapping[str, Rendition] = {}
    copies: Mapping[str, int] = {}
    """When a copy was last found right (µs), by the name of its vault (mserve/vault.py)."""
    _v_path: str | None = None
    retrieval: str | None = None
    """The job that was last started to bring the bytes back, by its id."""
    origin: Origin | None = None
    """What it was made of; None: it was uploaded."""

    def __init__(self, path: str, size: int, sha256: str) -> None:
        """Takes the file `path`, which lies beside the blobs, away by a rename."""
        self.size = size
        self.sha256 = sha256
        self.created = clock.now()
        self.blob: Any = blobs.taking(path)

    @classmethod
    def of_nothing(cls, blob: Blob) -> "Content":
        """A content without bytes, whose blob others have as well."""
        made = cls.__new__(cls)
        made.size, made.sha256, made.created, made.blob = 0, NOTHING, clock.now(), blob
        return made

    def learn(self, facts: Mapping[str, str]) -> None:
        """Records facts (of FACTS) that were found out about the bytes."""
        for name in FACTS & facts.keys():
            setattr(self, name, facts[name])

    def add_rendition(self, name: str, rendition: Rendition) -> None:
        self.renditions = {**self.renditions, name: rendition}

    def note_copy(self, vault: str) -> None:
        """A copy of the bytes was found right just now."""
        self.copies = {**self.copies, vault: clock.now()}

    @property
    def here(self) -> bool:
        """Whether the bytes are here, and not in the archive alone."""
        return self.blob is not None

    def leave(self) -> None:
        """Lets go of the bytes, of which the archive has a copy."""
        self.blob = None
        self._v_path = None

    def come_back(self, other: "Content") -> None:
        """Takes the bytes of `other`, which are the same, and which is stored nowhere itself."""
        self.blob = other.blob

    def open(self) -> BinaryIO:
        """The committed bytes as a plain file, readable after the connection is closed."""
        return open(self.path, "rb")

    @property
    def path(self) -> str:
        """Where the committed bytes lie, on every machine that shares the blob directory.

        Raises Away where they are in the archive.
        """
        if self.blob is None:
            raise Away
        known = self._v_path
        if known is None or not exists(known):  # the second can't be but by damage, which is told
            known = self._v_path = blobs.lying(self.blob) or str(self.blob.committed())
        return known

    def _p_resolveConflict(
        self, old: dict[str, Any], saved: dict[str, Any], new: dict[str, Any]
    ) -> dict[str, Any]:
        """Tasks of one set finish at once: each adds its own facts, renditions and copies."""
        changed = {name: new[name] for name in FACTS & new.keys() if new[name] != old.get(name)}
        added = {name: _added(name, old, saved, new) for name in ("renditions", "copies")}
        moves = [each["blob"] is None for each in (old, saved, new)]
        starts = [each.get("retrieval") for each in (old, saved, new)]
        for was, theirs, ours in (moves, starts):
            if ours != was != theirs:
                raise ConflictError  # one retrieval is enough, and so is one blob
        if moves[2] != moves[0]:
            changed["blob"] = new["blob"]
        if starts[2] != starts[0]:
            changed["retrieval"] = starts[2]
        return {**saved, **changed, **added}


def _added(
    name: str, old: dict[str, Any], saved: dict[str, Any], new: dict[str, Any]
) -> dict[str, Any]:
    """A mapping with what both sides have put into it."""
    was, ours = old.get(name, {}), new.get(name, {})
    return {**saved.get(name, {}), **{key: ours[key] for key in ours if was.get(key) != ours[key]}}
