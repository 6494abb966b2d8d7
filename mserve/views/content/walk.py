"""Walk: all files below a node, page by page, each page in a short transaction of its own.

A download may last an hour; a transaction must not. Where the storage keeps history (FileStorage,
and ZEO on it) each page is read as the tree was when the download began, by a historical
connection: one consistent picture, for which nothing is held between the pages. Where it does not
(RelStorage without history) a page is of its own moment, as with `tar` of a live folder; every
file is whole all the same, as content is immutable.

With each page the key is asked for again, as of now: one that was revoked ends the download.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from types import SimpleNamespace
from typing import Any, NamedTuple

import transaction
from ZODB.utils import p64, u64

from mserve.database import site_of
from mserve.errors import Missing, Refused
from mserve.resources import clock
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch
from mserve.resources.roles import Permission
from mserve.resources.site import Site
from mserve.security import Identity, SecurityPolicy

PAGE = 200  # entries
Path = tuple[str, ...]


class Entry(NamedTuple):
    """A folder, or a file and where its bytes are. `modified` is in µs.

    What is in the archive is a note instead, `text`.
    """

    names: Path
    modified: int
    size: int = 0
    mimetype: str = ""
    path: str | None = None
    text: bytes = b""

    @property
    def is_file(self) -> bool:
        return bool(self.path or self.text)


class Walk:
    """What the holder of a key may read below a node."""

    def __init__(self, db: Any, node: Any, identity: Identity, names: Collection[str] = ()) -> None:
        """node: of which only the id is kept; names: of its children, unless it is all of them."""
        self.db, self.node, self.identity = db, node.id, identity.apart()
        self.names = sorted(names)
        storage = db.storage
        historical = getattr(storage, "supportsUndo", lambda: False)()
        self.before = p64(u64(storage.lastTransaction()) + 1) if historical else None

    def entries(self) -> Iterator[Entry]:
        """All of them, depth first by name. Raises Refused once the key does not work any more."""
        page = self.page(())
        while page:
            yield from page
            page = self.page(page[-1].names)

    def page(self, after: Path) -> list[Entry]:
        """The entries after that at `after`."""
        with reading(self.db) as present, reading(self.db, self.before) as site:
            asker = self._asker(present)
            found = (
                pair for pair in following(self._top(site), after, self.names) if asker(pair[1])
            )
            return [_entry(names, node) for names, node in islice(found, PAGE)]

    def _asker(self, site: Site) -> Any:
        """Tells whether the key may read a node. Raises Refused if not even the top one."""
        identity = self.identity.again(site, clock.now())
        if identity is None or identity.failure is not None:
            raise Refused("the key has ended")
        policy, holder = SecurityPolicy(), SimpleNamespace(mserve_identity=identity)

        def may_read(node: Any) -> bool:
            return bool(policy.permits(holder, node, Permission.READ))

        if self.before is None and not may_read(self._top(site)):
            raise Refused("the key may not read here any more")
        return may_read

    def _top(self, site: Site) -> Any:
        node = site.ids.get(self.node)
        if node is None or not node.in_tree:
            raise Missing("the folder was removed")
        return node


@contextmanager
def reading(db: Any, before: bytes | None = None) -> Iterator[Site]:
    """The Site in a short transaction that only reads; as it was before a transaction's id."""
    manager = transaction.TransactionManager(explicit=True)
    connection = db.open(manager, before=before)
    try:
        manager.begin()
        yield site_of(connection)
    finally:
        manager.abort()
        connection.close()


Stack = list[tuple[Path, Iterator[tuple[str, Any]]]]
"""Branches by their paths, each with the children that are still ahead."""


def following(top: Branch, after: Path, names: Sequence[str] = ()) -> Iterator[tuple[Path, Any]]:
    """Paths and nodes below `top`, depth first by name, from the one behind `after` on.

    names: of its children, in order, unless it is all of them.
    """
    stack = _from(top, after, names)
    while stack:
        above, ahead = stack[-1]
        child = next(ahead, None)
        if child is None:
            stack.pop()
            continue
        name, node = child
        yield (*above, name), node
        if isinstance(node, Branch):
            stack.append(((*above, name), children(node)))


def _from(top: Branch, after: Path, names: Sequence[str]) -> Stack:
    """What is left to walk behind `after`, in each branch on the way there."""
    stack: Stack = []
    branch: Any = top
    for depth, name in enumerate(after):
        stack.append((after[:depth], children(branch, name, () if depth else names)))
        branch = branch.get(name)
        if not isinstance(branch, Branch):
            return stack
    return [*stack, (after, children(branch, None, () if after else names))]


def children(
    branch: Branch, after: str | None = None, names: Sequence[str] = ()
) -> Iterator[tuple[str, Any]]:
    """Those behind the name `after`, in order; of these names alone, if there are some."""
    if not names:
        yield from branch.children.items(min=after, excludemin=after is not None)
        return
    for name in names:
        node = branch.children.get(name) if after is None or name > after else None
        if node is not None:
            yield name, node


def _entry(names: Path, node: Any) -> Entry:
    if not isinstance(node, Mfile):
        return Entry(names, node.modified)
    content = node.content
    if not content.here:
        return _note(names, node)
    return Entry(names, node.modified, content.size, node.mimetype, content.path)


def _note(names: Path, mfile: Mfile) -> Entry:
    """A text beside the place of a file whose bytes are in the archive."""
    text = f"{names[-1]} is in the archive. A GET of the file has it brought back.\n".encode()
    names = (*names[:-1], f"{names[-1]}.archived.txt")
    return Entry(names, mfile.modified, len(text), "text/plain", text=text)
