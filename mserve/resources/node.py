"""Node: what every noun of the tree has. Branch: a node with children, held in a BTree."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, ClassVar

from BTrees.Length import Length
from BTrees.OOBTree import OOBTree
from persistent import Persistent

from mserve.errors import NameTaken
from mserve.resources import audit, clock
from mserve.resources.facets import Facets
from mserve.resources.ids import new_id
from mserve.resources.key import Key
from mserve.resources.loading import prefetch
from mserve.resources.names import FACETS, check_name
from mserve.resources.totals import LANED, Totals
from mserve.resources.usage import Usage
from mserve.seal import Seal


class Node(Persistent):  # type: ignore[misc]  # persistent has no types
    """An object with a place in the tree, an id that outlives renaming, keys and usage."""

    type: ClassVar[str]
    __parent__: Any = None
    __name__: str | None = None
    keys: Any = None
    metadata: Mapping[str, Any] = {}
    dead: Mapping[str, str] = {}
    """Properties that clients of WebDAV have set: `{namespace}name` to the XML of the element."""
    locking: Any = None
    """A Locking (resources/lock.py), once it was locked."""
    limited = False
    """Whether its usage has quotas (resources/quota.py): else that is not looked at for them."""
    entered: str | None = None
    """The entry of the audit log that tells how it came into being."""
    usage: Any
    """What it and all below it have used: a Usage, its Totals, or a FileUsage."""

    def __init__(self) -> None:
        self.id = new_id()
        self.created = self.modified = clock.now()

    def __getitem__(self, name: str) -> Any:
        if name == FACETS:
            return Facets(self)
        raise KeyError(name)

    def lineage(self) -> Iterator["Node"]:
        """This node and those above it."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.__parent__

    def above(self) -> Iterator["Node"]:
        """The nodes above this one."""
        return islice(self.lineage(), 1, None)

    @property
    def site(self) -> Any:
        """The root of the tree that this node is in."""
        node: Node = self
        while (above := node.__parent__) is not None:
            node = above
        return node

    @property
    def in_tree(self) -> bool:
        """Whether the node has not been removed, with or without what is above it."""
        return bool(self.site.type == "site")

    def find(self, type: str) -> Any:
        """The nearest node of that type in the lineage, or None."""
        node: Node | None = self
        while node is not None and node.type != type:
            node = node.__parent__
        return node

    @property
    def counted(self) -> Any:
        """The object of the database that its usage is in, but for what lanes have for it."""
        raise NotImplementedError

    def parts(self) -> tuple[Any, ...]:
        """What is stored apart, and yet seen with the node; None for what there is not."""
        return ()

    def touch(self) -> None:
        """Marks the node as modified now."""
        self.modified = clock.now()

    def add_key(
        self, role: str, parent: Key | None = None, seal: Seal | None = None, **terms: Any
    ) -> tuple[Key, str]:
        """A new key on this node and its secret, which is not kept.

        terms: label, caveats, maker.
        """
        key = Key(self, role, parent)
        secret = key.renew_secret(seal)
        for term, value in terms.items():
            setattr(key, term, value)
        if self.keys is None:
            self.keys = OOBTree()
        self.keys[key.id] = key
        self.site.key_index[key.digest] = key
        made_of = None if parent is None else parent.id
        audit.record(
            self, audit.Action.KEY_MAKE, after={"key": key.id, "role": role, "parent": made_of}
        )
        return key, secret


def depend_on(things: Iterable[Any]) -> None:
    """Makes the transaction conflict where another changes one of `things` at the same time.

    For what is read, not written: the folders above a new file must still be there when it is
    committed, and the sums of a folder that is removed must be the last.
    """
    for thing in things:
        if thing._p_jar is not None:
            thing._p_activate()  # of a ghost readCurrent knows no serial, and silently does nothing
            thing._p_jar.readCurrent(thing)


class Branch(Node):
    """A node with children by name. What is listed of it is a page, never the whole."""

    def __init__(self) -> None:
        super().__init__()
        self.__dict__["usage"] = Usage()
        self.children = OOBTree()
        self.count = Length()

    @property
    def counted(self) -> Any:
        self._p_activate()
        return vars(self)["usage"]

    @property
    def usage(self) -> Any:
        return Totals(self) if self.type in LANED else self.counted

    def __contains__(self, name: str) -> bool:
        return name in self.children

    def __getitem__(self, name: str) -> Any:
        child = self.children.get(name)
        return super().__getitem__(name) if child is None else child

    def get(self, name: str) -> Any:
        """The child of that name, or None."""
        return self.children.get(name)

    def check_name(self, name: object) -> str:
        """`name`, if a child of this node can be called so; else raises BadName."""
        return check_name(name)

    def add(self, name: str, child: Node) -> None:
        """Puts `child` here under `name`; raises BadName or NameTaken."""
        if self.check_name(name) in self.children:
            raise NameTaken(name)
        self.children[name] = child
        self.count.change(1)
        child.__parent__, child.__name__ = self, name

    def drop(self, name: str) -> Any:
        """Takes the child `name` out of the tree and returns it."""
        child = self.children.pop(name)
        self.count.change(-1)
        child.__parent__ = None
        return child

    def page(self, limit: int, after: str | None = None) -> list[tuple[str, Any]]:
        """Up to `limit` children by name, above the name `after`; costs the page alone."""
        items = self.children.items(min=after, excludemin=after is not None)
        found = list(islice(items, limit))
        prefetch(child for _, child in found)
        prefetch(part for _, child in found for part in child.parts())
        return found

    def walk(self) -> Iterator[Node]:
        """All nodes below this one; each after what holds it."""
        ahead = [self]
        while ahead:
            for child in ahead.pop().children.values():
                yield child
                if isinstance(child, Branch):
                    ahead.append(child)
