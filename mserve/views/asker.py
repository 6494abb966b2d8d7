"""Who asks, told to the audit log around each view.

A request whose bytes come first is told of again where it acts (views/receive.py, views/express/):
that is in a transaction which other requests may share.
"""

from typing import Any

from pyramid.config import Configurator
from pyramid.security import NO_PERMISSION_REQUIRED

from mserve.resources.asker import Asker, asked_by
from mserve.views import quota_header
from mserve.views.if_header import tokens_of

NOBODY = "nobody"


def actor_of(request: Any) -> str:
    """`key:<id>` or `user:<id>`; `nobody` where nothing was presented that is known."""
    identity = request.identity
    return NOBODY if identity is None else str(identity.actor)


def asker_of(request: Any) -> Asker:
    """Who asks, by which door, from where."""
    identity = request.identity
    if identity is None:
        return anybody(request)
    return anybody(request)._replace(actor=str(identity.actor), payer=identity.payer)


def anybody(request: Any) -> Asker:
    """Who asks where no key is needed: it is not looked for."""
    door = request.door if request.door in ("html", "dav") else "rest"
    over = quota_header.over(request.environ)
    return Asker(NOBODY, door, address_of(request), tokens_of(request), over=over)


def address_of(request: Any) -> str:
    """The client's address, as the server or the trusted proxy says; empty on a Unix socket."""
    return str(request.environ.get("REMOTE_ADDR") or "")


def deriver(view: Any, info: Any) -> Any:
    """Wraps the views, once the permission is checked."""
    if info.exception_only:
        return view
    open_to_all = info.options.get("permission") == NO_PERMISSION_REQUIRED
    tell = anybody if open_to_all else asker_of

    def asked(context: Any, request: Any) -> Any:
        with asked_by(tell(request)):
            return view(context, request)

    return asked


def includeme(config: Configurator) -> None:
    config.add_view_deriver(deriver, name="asker")
