"""Walking: from folder to folder, to where something is to be put, or to a file that is looked for.

A page that needs a path shows a Walk below its form, so that nobody has to type one; with a script
a dialog does the same (static/chooser.js).
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from mserve.resources.node import Branch, Node
from mserve.views.html.asked import Asked
from mserve.views.html.listings import path_between
from mserve.views.html.template import may
from mserve.views.html.words import kind

MOST = 200  # entries that are shown


class Entry(NamedTuple):
    """A step that can be taken, to `path` below the root; `icon`: as in listings."""

    name: str
    path: str
    folder: bool
    icon: str


class Walk(NamedTuple):
    """at: the path of the place, from the root on; above: the names and paths of those that it is
    in, the root first and itself last; more: there are more entries than are shown."""

    at: str
    above: list[tuple[str, str]]
    entries: list[Entry]
    more: bool
    sought: str


def walk(
    request: Any, root: Branch, at: str, sought: str = "", *,
    files: bool = False, but: Node | None = None,
) -> Walk:  # fmt: skip
    """What is at the path `at` below `root`, or called as is `sought` there and below.

    Where the path leads nowhere it is the last place on it. files: these are shown as well; but: a
    node that is not.
    """
    place = _place(request, root, at)
    found = (each for each in _nodes(place, sought, files) if each is not but)
    seen = [*islice((each for each in found if may(request, "view", each)), MOST + 1)]
    entries = [_entry(each, place, root) for each in seen[:MOST]]
    return Walk(_path(place, root), _above(place, root), entries, len(seen) > MOST, sought)


def top(request: Any, node: Node) -> Branch:
    """Where a walk from `node` may lead up to: the highest place that its client may see."""
    found: Any = node
    for each in node.lineage():
        if may(request, "view", each):
            found = each
        if each is request.virtual_root:
            break
    return found if isinstance(found, Branch) else request.virtual_root


def own_path(request: Any, node: Node, at: str = "") -> str:
    """The path of what is at `at` below the node, from the client's own root on."""
    return "/".join(filter(None, [_path(node, request.virtual_root), at]))


def _place(request: Any, root: Branch, path: str) -> Branch:
    place = root
    for name in filter(None, path.split("/")):
        below = place.get(name)
        if not isinstance(below, Branch) or not may(request, "view", below):
            break
        place = below
    return place


def _nodes(place: Branch, sought: str, files: bool) -> Iterator[Any]:
    all_of_them = files or (place.type in ("site", "container") and not sought)
    return Asked(words=sought, kind="" if all_of_them else "folder").nodes(place)


def _entry(node: Any, place: Branch, root: Branch) -> Entry:
    folder = isinstance(node, Branch)
    icon = node.type if folder else kind(node.mimetype)
    return Entry(_path(node, place), _path(node, root), folder, icon)


def _path(node: Any, root: Branch) -> str:
    return "/".join(path_between(node, root))


def _above(place: Branch, root: Branch) -> list[tuple[str, str]]:
    names = path_between(place, root)
    ways = [(name, "/".join(names[: n + 1])) for n, name in enumerate(names)]
    return [(str(root.__name__ or "mserve"), ""), *ways]
