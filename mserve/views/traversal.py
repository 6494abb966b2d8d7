"""From a path to an object of the tree: each segment is a child, nothing else.

Pyramid's own traverser gives `@@x` and `..` a meaning and stops at the first missing name. Here
any name is a name, and a missing one becomes an Absent, so that PUT has a context.
"""

from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.interfaces import ITraverser
from pyramid.traversal import decode_path_info
from zope.interface import implementer

from mserve.errors import BadName
from mserve.resources.deposit import Reach
from mserve.resources.names import FACETS
from mserve.resources.node import Branch, Node
from mserve.resources.pieces import Workflows
from mserve.resources.roles import Permission
from mserve.resources.service_facets import Profiles
from mserve.security import KEY_IN_PATH, Closed, Failed
from mserve.views.absent import ABSENT, Absent, Hidden
from mserve.views.drives import CHUNKED


@implementer(ITraverser)
class Traverser:
    """Walks from the root, or from the node of the key in the path."""

    def __init__(self, root: Any) -> None:
        self.root = root

    def __call__(self, request: Any) -> dict[str, Any]:
        """A route's own context is what its factory made: it is not in the tree."""
        chunked = CHUNKED in request.environ and request.registry.chunked(request, self.root)
        routed = getattr(request, "matched_route", None) is not None and request.door != "dav"
        start = self.root if routed else virtual_root(request, self.root)
        names = () if routed else segments(request)
        return {
            "context": chunked or seen(request, start, names),
            "view_name": "",
            "subpath": (),
            "traversed": names,
            "virtual_root": start,
            "virtual_root_path": (),
            "root": self.root,
        }


def walk(request: Any, root: Any) -> Any:
    """The context of a request without a route, which is told its virtual root."""
    request.virtual_root = virtual_root(request, root)
    return seen(request, request.virtual_root, segments(request))


def descend(context: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        context = child(context, name)
    return context


def seen(request: Any, start: Any, names: tuple[str, ...]) -> Any:
    """Where `names` lead; for who sees their own uploads alone, there is nothing at all others."""
    context = descend(start, names)
    identity = request.identity if names else None
    if identity is None or not any(grant.own_only for grant in identity.grants):
        return context
    if isinstance(context, Node):
        return hidden(request, context) or context
    absent = isinstance(context, Absent) and context.reach is Reach.ANY
    if absent or identity.user is not None:
        return context
    return _below_hidden(request, start, names) or context


def hidden(request: Any, node: Node) -> Hidden | None:
    """What is there in place of `node`, if it is hidden.

    What such a key puts never replaces a file, so that to a PUT its own are hidden as well.
    """
    replaces = request.method == "PUT" and not isinstance(node, Branch)
    needed = Permission.WRITE if replaces else Permission.VIEW
    return None if _shown(request, node, needed) else Hidden(node)


def _shown(request: Any, node: Node, permission: str) -> bool:
    """Whether it is so, but perhaps for a caveat that the request does not meet."""
    answer = request.has_permission(permission, node)
    return node.__parent__ is None or bool(answer) or isinstance(answer, Failed | Closed)


def _below_hidden(request: Any, start: Any, names: tuple[str, ...]) -> Absent | None:
    """What `names` lead to where they go on below a hidden node, by its facets."""
    at = names.index(FACETS)
    node = descend(start, names[:at])
    if _shown(request, node, Permission.VIEW):
        return None
    place: Absent = Hidden(node)
    for name in names[at:]:
        place = Absent(place, name)
    return place


def virtual_root(request: Any, root: Any) -> Any:
    """The node of the key in the path, else `root`. An unknown key finds nothing."""
    if KEY_IN_PATH not in request.environ:
        return root
    identity = request.identity
    if identity is None:
        raise HTTPNotFound()
    return identity.grants[0].root


DEEPEST = 1250  # names in a path; what a PUT costs grows with their square


def segments(request: Any) -> tuple[str, ...]:
    """The decoded names of the path; raises URLDecodeError where they are not UTF-8, BadName."""
    path = decode_path_info(request.environ.get("PATH_INFO", ""))
    names = tuple(filter(None, path.split("/")))
    if len(names) > DEEPEST:
        raise BadName(f"the path has {len(names)} names; at most {DEEPEST} are allowed")
    return names


def child(context: Any, name: str) -> Any:
    """What `name` means below `context`."""
    try:
        return context[name]
    except (KeyError, TypeError):
        if not isinstance(context, Node | Absent | Profiles | Workflows):
            raise HTTPNotFound() from None  # what a facet does not have can't be put there
        return ABSENT.get(type(context), Absent)(context, name)
