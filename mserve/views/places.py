"""Where each class of the tree stands in URLs: templates (RFC 6570) for the OpenAPI document.

A key in the path (`/k/<key>/`) makes the key's node the root of all URLs, so the templates depend
on the type of that node: `site` for who comes without one.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from mserve.resources.facets import FACETS, Facets
from mserve.resources.node import Node
from mserve.views.absent import Absent
from mserve.views.below import BELOW

Templates = dict[str, tuple[str, ...]]


class Own:
    """The context of what is outside the tree, at the same place below every root."""

    path: ClassVar[str]
    __parent__ = None

    def __init__(self, request: Any) -> None:
        self.__name__ = self.path


NODES: dict[str, Templates] = {
    "site": {
        "site": ("/",),
        "container": ("/{container}/",),
        "service": ("/{container}/{service}/",),
        "folder": ("/{container}/{service}/{path}",),
        "mfile": ("/{container}/{service}/{path}",),
    },
    "container": {
        "container": ("/",),
        "service": ("/{service}/",),
        "folder": ("/{service}/{path}",),
        "mfile": ("/{service}/{path}",),
    },
    "service": {"service": ("/",), "folder": ("/{path}",), "mfile": ("/{path}",)},
    "folder": {"folder": ("/", "/{path}"), "mfile": ("/{path}",)},
    "mfile": {"mfile": ("/",)},
}
"""Templates of nodes by their type, for each type of root."""

NOUNS = {"site": "site", "container": "containers", "service": "services",
         "folder": "folders", "mfile": "files"}  # fmt: skip
NOT_SHOWN = (Facets,)
"""`-` itself, where PUT says that no file can be called so."""
OF_FILES = ("content", "thumbnail", "poster", "info", "subtitles")


def templates(context: type, root: str) -> Iterator[tuple[str, str]]:
    """The templates of URLs that lead to a `context`, each with the type of the node it is of.

    None where the table does not know the class.
    """
    if issubclass(context, Own):
        yield context.path, "site"
    elif context is Absent:
        yield from ((each, "mfile") for each in _nodes("mfile", root) if each.endswith("{path}"))
    elif issubclass(context, Node):
        yield from ((each, context.type) for each in _nodes(context.type, root))
    elif context in BELOW or context in FACETS.values():
        yield from _facets(context, root)


def _nodes(type: str, root: str) -> tuple[str, ...]:
    return NODES[root].get(type, ())


def _facets(context: type, root: str) -> Iterator[tuple[str, str]]:
    facet, rest = BELOW.get(context, (context, ""))
    below = f"/-/{facet.name}/{rest}".rstrip("/")
    for type in NODES["site"]:
        if type in facet.types:
            yield from ((each.rstrip("/") + below, type) for each in _nodes(type, root))


def noun(context: type) -> str:
    """The group in which people look for it."""
    if context is Absent:
        return NOUNS["mfile"]
    if issubclass(context, Node):
        return NOUNS[context.type]
    facet, _ = BELOW.get(context, (context, ""))
    name = getattr(facet, "name", NOUNS["site"])
    return NOUNS["mfile"] if name in OF_FILES else "site" if name == "health" else str(name)
