"""What every template knows: words for people, addresses of static files, and what the key may do.

Nothing here touches the tree until a template asks: the page of a failed database has no tree.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from pyramid.events import BeforeRender, subscriber

from mserve.resources import clock
from mserve.resources.roles import Permission
from mserve.views.html import elsewhere, flash, signed
from mserve.views.html.languages import NAMES
from mserve.views.html.static import mounted, static_path
from mserve.views.html.tabs import tabs
from mserve.views.html.words import Words
from mserve.views.urls import door_url, url


@subscriber(BeforeRender)
def add_globals(event: Any) -> None:
    """Adds the globals of templates; other renderers need none."""
    if not (event.get("renderer_name") or "").endswith(".jinja2"):
        return
    request = event["request"]
    event.update({each: partial(asks, request) for each, asks in GLOBALS.items()})
    event.update(words=Words(request.localizer), language=request.locale_name, languages=NAMES)


def actor(request: Any, name: str) -> str:
    """Who did something; people by their names to who administers the site."""
    kind, _, id = name.partition(":")
    user = request.site.users.get(id) if kind == "user" else None
    return name if user is None or not may(request, "admin", request.site) else str(user.name)


def may(request: Any, permission: str, node: Any) -> bool:
    """Whether the client's key allows `permission` on `node`."""
    return bool(request.has_permission(Permission(permission), node))


def holder(request: Any) -> dict[str, Any] | None:
    """What the key that the client holds is called, its role, and when it or one above it ends."""
    identity = request.identity
    if identity is None or identity.user is not None or not identity.grants:
        return None  # who has logged in may hold many keys
    grant = identity.grants[0]
    ends = [each.end for each in grant.caveats if each.end is not None]
    key = grant.key
    return {"label": key.label, "role": key.role, "end": clock.rfc3339(min(ends, default=None))}


def crumbs(request: Any, node: Any) -> list[tuple[str, str]]:
    """Name and URL of the nodes from the client's own root down to `node`, as far as it may see."""
    found: list[tuple[str, str]] = []
    for each in node.lineage():
        if may(request, Permission.VIEW, each):
            found.insert(0, (each.__name__ or "mserve", url(request, each)))
        if each is request.virtual_root:
            break
    return found


GLOBALS: dict[str, Callable[..., Any]] = {
    "static": static_path,
    "language_place": lambda request: f"{mounted(request)}/-/language",
    "door": door_url,
    "flashed": flash.flashed,
    "may": may,
    "crumbs": crumbs,
    "tabs": tabs,
    "holder": holder,
    "actor": actor,
    "me": signed.me,
    "in_key": signed.in_key,
    "keepable": signed.keepable,
    "token": signed.token,
    "token_value": signed.token_value,
    "token_query": signed.token_query,
    "ways": elsewhere.ways,
    "linked": elsewhere.linked,
}
"""What templates call by these names, of the request for which they are filled."""
