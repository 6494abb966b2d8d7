"""Folders come into being, and new nodes get their place."""

from mserve.errors import BadInput, NameTaken
from mserve.resources import audit, leftovers
from mserve.resources.audit import Action
from mserve.resources.folder import Folder
from mserve.resources.guard import need_change
from mserve.resources.node import Branch, Node, depend_on


def make_folder(parent: Branch, name: str) -> Folder:
    """A new folder; raises BadInput, NameTaken."""
    if parent.type not in ("service", "folder"):
        raise BadInput(f"folders go into a service or another folder, not into a {parent.type}")
    folder = Folder()
    place(folder, parent, name)
    audit.record(folder, Action.CREATE, after={"type": "folder"})
    return folder


def make_folders(parent: Branch, names: tuple[str, ...]) -> Branch:
    """The folder at the path `names` below `parent`; those that are missing are made."""
    for name in names:
        parent = parent.get(name) or make_folder(parent, name)
        if not isinstance(parent, Branch):
            raise NameTaken(name)
    return parent


def place(node: Node, parent: Branch, name: str, *, found: bool = True) -> None:
    """Puts a new node into the tree, if what is above it stays there.

    found: whether it is found by searches from now on.
    """
    depend_on(parent.lineage())
    need_change(parent)
    parent.add(name, node)
    parent.site.register(node)
    leftovers.note(node)
    if found:
        parent.site.changed(node, parent.find("service"))
