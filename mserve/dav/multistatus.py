"""Multistatus: the answer of PROPFIND and REPORT (RFC 4918, 13), an element for each member."""

from typing import Any

from mserve.dav.discovery import Locks
from mserve.dav.plan import Plan
from mserve.dav.xml import DECLARED, HEAD, Name, escape
from mserve.resources.content import Content
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch
from mserve.views.urls import segment

BEGIN = f"{HEAD}<D:multistatus{DECLARED}>\n"
END = "</D:multistatus>\n"
GONE = "<D:status>HTTP/1.1 404 Not Found</D:status>"
CUT = (
    "<D:status>HTTP/1.1 507 Insufficient Storage</D:status>"
    "<D:error><D:number-of-matches-within-limits/></D:error>"
)

Made = tuple[Plan, bytes, bytes, str]
"""By which plan it was written; the transactions that wrote the file and its content; and it."""


class Writer:
    """Writes responses with the properties that are wanted.

    `path` is that of the request, below which all members are. Of a file that has not been changed
    since it was last written so, the same is written again: it is kept with the object in memory,
    and goes when that is changed, or is not used any more.
    """

    def __init__(self, path: str, plan: Plan, locks: Locks) -> None:
        self._plan, self._locks = plan, locks
        self._top = escape(path)
        self._above: tuple[tuple[str, ...], str] = ((), self._top)

    def response(self, names: tuple[str, ...], node: Any) -> str:
        """The element of the node at `names` below the path."""
        if not isinstance(node, Mfile):
            return element(self._href(names, node), self._stats(node))
        if not names:
            return element(self._top, self._stats(node))
        if self._locks.told(node):
            return element(self._href(names, node), self._stats(node))
        content: Content = node.content
        made: Made | None = node._v_written
        if made is None or not self._holds(made, node, content):
            made = node._v_written = self._write(node, content)
        return f"<D:response><D:href>{self._holder(names)}{made[3]}"

    def _holds(self, made: Made, mfile: Mfile, content: Content) -> bool:
        """Of a content that is not in memory the transaction is not known."""
        plan, written, filled, _ = made
        return (
            plan is self._plan
            and written == mfile._p_serial
            and filled == content._p_serial
            and content._p_changed is not None
        )

    def _write(self, mfile: Mfile, content: Content) -> Made:
        text = f"{escape(segment(mfile.__name__ or ''))}</D:href>"
        stats = self._stats(mfile)
        return self._plan, mfile._p_serial, content._p_serial, f"{text}{stats}</D:response>\n"

    def _stats(self, node: Any) -> str:
        dead = {**_dead(node), **self._locks.told(node)}
        return self._plan.stats(node, isinstance(node, Mfile), dead)

    def _holder(self, names: tuple[str, ...]) -> str:
        """The href of what holds the node at `names`; most of its siblings come after it."""
        above = names[:-1]
        if self._above[0] != above:
            self._above = (above, f"{self._top}{_path(above)}/" if above else self._top)
        return self._above[1]

    def _href(self, names: tuple[str, ...], node: Any) -> str:
        """Of what has children it ends in a slash."""
        slash = "/" if names and isinstance(node, Branch) else ""
        return f"{self._top}{_path(names)}{slash}"

    def gone(self, names: tuple[str, ...]) -> str:
        """The response of a member that was removed (RFC 6578, 3.5.2)."""
        return element(f"{self._top}{_path(names)}", GONE)

    def cut(self) -> str:
        """Says of the collection itself that there are more members (RFC 6578, 3.6)."""
        return element(self._top, CUT)


def _dead(node: Any) -> dict[Name, str]:
    """The properties that clients have set on it, each as its element."""
    parts = ((name[1:].rpartition("}"), value) for name, value in node.dead.items())
    return {Name(space, local): value for (space, _, local), value in parts}


def _path(names: tuple[str, ...]) -> str:
    return escape("/".join(map(segment, names)))


def element(href: str, stats: str) -> str:
    """A response element; `href` is escaped, `stats` are its propstat elements."""
    return f"<D:response><D:href>{href}</D:href>{stats}</D:response>\n"


def path_of(request: Any, top: Any) -> str:
    """The path that the request was for, without the host; of what has children with a slash."""
    path: str = request.path
    return f"{path.rstrip('/')}/" if isinstance(top, Branch) else path


def error(condition: str) -> bytes:
    """The body of an answer where a condition of DAV: does not hold (RFC 4918, 16)."""
    return f'{HEAD}<D:error xmlns:D="DAV:"><D:{condition}/></D:error>\n'.encode()
