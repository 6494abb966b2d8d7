"""The request: takes door and key out of the path, and knows which door the client knocks at."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from pyramid.decorator import reify
from pyramid.request import Request as PyramidRequest
from pyramid.response import Response
from pyramid_zodbconn import get_connection
from webob.acceptparse import create_accept_header

from mserve.database import site_of
from mserve.resources.site import Site
from mserve.resources.user import User
from mserve.security import KEY_IN_PATH, forget_identity
from mserve.views import drives
from mserve.views.body import LIMIT
from mserve.views.drives import DAV

OFFERS = ("application/octet-stream", "application/json", "text/html")
DOORS = dict(zip(OFFERS, ("bytes", "json", "html"), strict=True))


class Request(PyramidRequest):  # type: ignore[misc]  # pyramid has no types
    """A request below `/dav`, `/k/<key>/` or both is one of an application that is mounted there.

    The secret moves to SCRIPT_NAME at once: nothing after it, such as a transaction's note or a
    log line of PATH_INFO, holds it, and links that are made stay below it.
    """

    express = False
    """Whether it is answered without a transaction that could commit (views/express/)."""
    request_body_tempfile_limit = LIMIT  # bytes: what is kept for another attempt stays in memory

    def __init__(self, environ: dict[str, Any], *args: Any, **kw: Any) -> None:
        mount(environ)
        super().__init__(environ, *args, **kw)

    lent_site: Site | None = None
    """That of the transaction in which others store as well, while it does (views/receive.py)."""

    @property
    def site(self) -> Site:
        return self.lent_site or site_of(get_connection(self))

    @property
    def user(self) -> User | None:
        """Who has logged in, or whose program it is; None where a key alone asks."""
        identity = self.identity
        found: User | None = None if identity is None else identity.user
        return found

    def leave_tree(self) -> None:
        """Gives the connection back now, not at the request's end; the next use takes another."""
        self._process_finished_callbacks()  # pyramid_zodbconn's is the one there is
        self.__dict__.pop("_primary_zodb_conn", None)
        self.context = None  # it belongs to whom the connection is lent next
        forget_identity(self)

    @reify
    def application_url(self) -> str:
        """Made once, for the many links of a listing."""
        url: str = super().application_url
        return url

    @reify
    def door(self) -> str:
        """What the client asks for: `html`, `json`, or `bytes` where it has no wish; or `dav`."""
        return "dav" if DAV in self.environ else door_of(self.headers.get("Accept") or "")

    def answer(
        self, status: int, headers: Mapping[str, str], body: Iterable[bytes] = ()
    ) -> Response:
        """A Response of just these fields, in their order."""
        return Response(status=status, headerlist=[*headers.items()], app_iter=body)


@lru_cache(256)
def door_of(accept: str) -> str:
    """The door that an Accept means; clients have few of them."""
    offers = create_accept_header(accept).acceptable_offers(OFFERS) if accept else ()
    return DOORS[offers[0][0]] if offers else "bytes"


def mount(environ: dict[str, Any]) -> None:
    """Moves the drive's address and `/k/<key>` to SCRIPT_NAME."""
    drives.mount(environ)
    mount_key(environ)


def mount_key(environ: dict[str, Any]) -> None:
    """Moves `/k/<key>` from PATH_INFO to SCRIPT_NAME; a request that is tried again keeps it."""
    path = environ.get("PATH_INFO", "")
    if KEY_IN_PATH in environ or not path.startswith("/k/"):
        return
    secret, _, rest = path[3:].partition("/")
    environ[KEY_IN_PATH] = secret
    environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/k/{secret}"
    environ["PATH_INFO"] = f"/{rest}"
