"""What a transaction changed in BTrees, key by key, and its inverse in what they are by now."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from BTrees.IOBTree import IOBTree, IOBucket
from BTrees.OOBTree import OOBTree, OOBucket

from mserve.errors import Conflict
from mserve.resources.index import Index, Transit
from mserve.resources.job import Job
from mserve.undo.records import Record

TREES = (OOBTree, IOBTree)
BUCKETS = (OOBucket, IOBucket)
NOTHING = object()


class Mapped(NamedTuple):
    """A mapping of the tree, a BTree or an Index, with what a transaction left of it."""

    mapping: Any
    before: dict[Any, Any]
    after: dict[Any, Any]

    @property
    def changes(self) -> Iterator[tuple[Any, Any, Any]]:
        """Keys with their values before and after; NOTHING where there was none."""
        for key in self.before.keys() | self.after.keys():
            was, became = self.before.get(key, NOTHING), self.after.get(key, NOTHING)
            if was is not became and was != became:
                yield key, was, became

    def check(self) -> None:
        """Raises Conflict where something else is at a place by now."""
        for key, _, became in [] if isinstance(self.mapping, Transit) else self.changes:
            now = self.mapping.get(key, NOTHING)
            if not isinstance(became, Job) and now is not became and now != became:
                raise Conflict("what is at its place in the tree has changed since")

    def revert(self) -> None:
        """Jobs stay where they are: they ran. What comes and goes may be gone already."""
        for key, was, became in [*self.changes]:
            if isinstance(was, Job) or isinstance(became, Job):
                continue
            if was is not NOTHING:
                self.mapping[key] = was
            elif self.mapping.get(key, NOTHING) is not NOTHING:
                del self.mapping[key]


def mapped(records: Sequence[Record], holders: Iterable[Any]) -> list[Mapped]:
    """The mappings of `holders` of which `records` are parts, with what became of them.

    Of others, such as logs and ledgers, nothing is undone; nor of those that the transaction made,
    which go and come again with what they are of.
    """
    found: dict[int, Mapped] = {}
    made = {id(record.thing) for record in records if record.made}
    mappings = (mapping for holder in holders for mapping in _mappings(holder))
    known = [mapping for mapping in mappings if id(mapping) not in made]
    for record in records:
        before, after = (items(type(record.thing), each) for each in record[1:3])
        owner = next((each for each in known if _holds(each, record.thing, before | after)), None)
        if owner is not None:
            kept = found.setdefault(id(owner), Mapped(owner, {}, {}))
            kept.before.update(before)
            kept.after.update(after)
    return [*found.values()]


def items(kind: type, state: Any) -> dict[Any, Any]:
    """What a bucket holds, or a tree that is its own; nothing where buckets have records."""
    if state is None or (issubclass(kind, TREES) and len(state) != 1):
        return {}
    flat = state[0][0][0] if issubclass(kind, TREES) else state[0]
    return dict(zip(flat[::2], flat[1::2], strict=True))


def _mappings(holder: Any) -> Iterator[Any]:
    holder._p_activate()
    return (each for each in vars(holder).values() if isinstance(each, (*TREES, Index)))


def _holds(mapping: Any, part: Any, held: dict[Any, Any]) -> bool:
    """Whether `part` is the mapping's own bucket of one of the keys `held`."""
    for key in held:
        tree = _shard(mapping, key) if isinstance(mapping, Index) else mapping
        if tree is not None and (tree is part or _bucket(tree, key) is part):
            return True
    return False


def _shard(index: Index, key: Any) -> Any:
    return index._shard(key) if isinstance(key, str) else None


def _bucket(tree: Any, key: Any) -> Any:
    """The part of the tree that has, or would have, the key."""
    node = tree
    while isinstance(node, TREES):
        state = node.__getstate__()
        if state is None or len(state) == 1:
            return node
        children, keys = state[0][::2], state[0][1::2]
        try:
            node = children[bisect_right(keys, key)]
        except TypeError:  # keys of another kind
            return None
    return node
