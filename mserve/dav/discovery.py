"""Lock discovery: the locks that cover a file or folder, as XML (RFC 4918, 15.8)."""

from typing import Any
from urllib.parse import quote, urlsplit

from mserve.dav.paths import href
from mserve.dav.xml import DAV, Name, escape
from mserve.resources.lock import Held, below, covering
from mserve.resources.node import Branch
from mserve.resources.trash import way
from mserve.views.traversal import virtual_root

DISCOVERY = Name(DAV, "lockdiscovery")


class Locks:
    """Those on `top` and what is below it; looked at once, as there are none most of the time."""

    def __init__(self, request: Any, top: Any) -> None:
        self._request = request
        self._any = top.type == "site" or any(covering(top)) or _any_below(top)

    def told(self, node: Any) -> dict[Name, str]:
        """The node's lock discovery, where there is something to tell."""
        if not self._any or not any(covering(node)):
            return {}
        return {DISCOVERY: discovery(self._request, node)}


def _any_below(node: Any) -> bool:
    return isinstance(node, Branch) and any(below(node))


def discovery(request: Any, node: Any) -> str:
    """The property with an element for each lock on the node, and each deep one above it."""
    locks = "".join(_active(request, held) for held in covering(node))
    return f"<D:lockdiscovery>{locks}</D:lockdiscovery>"


def _active(request: Any, held: Held) -> str:
    lock = held.lock
    return (
        f"<D:activelock><D:locktype><D:write/></D:locktype>"
        f"<D:lockscope><D:{lock.scope}/></D:lockscope>"
        f"<D:depth>{'infinity' if lock.deep else '0'}</D:depth>{lock.owner}"
        f"<D:timeout>Second-{lock.left}</D:timeout>"
        f"<D:locktoken><D:href>{lock.token}</D:href></D:locktoken>"
        f"<D:lockroot><D:href>{escape(root_of(request, held.root))}</D:href></D:lockroot>"
        f"</D:activelock>"
    )


def root_of(request: Any, node: Any) -> str:
    """The path of what is locked; of what is above the client's root, where it has no path, that
    of this root."""
    top = request.virtual_root
    return href(request, node if any(each is top for each in node.lineage()) else top)


def path_of(request: Any, names: tuple[str, ...]) -> str:
    """As `root_of`, of what is at `names` below the site."""
    top = virtual_root(request, request.site)
    above = way(request.site, top)
    below = names[len(above) :] if names[: len(above)] == above else ()
    mount = urlsplit(request.application_url).path
    return f"{mount}/{'/'.join(quote(name) for name in below)}"
