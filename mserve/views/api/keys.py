"""REST of keys: made, listed and revoked at `<node>/-/keys`."""

from itertools import islice
from typing import Any

from mserve.errors import BadInput, Refused
from mserve.resources import clock
from mserve.resources.facets import Keys
from mserve.resources.key import Key
from mserve.resources.properties import PROPERTIES
from mserve.resources.roles import ROLES, Permission
from mserve.views import json, paging
from mserve.views.api.containers import check_times
from mserve.views.body import Fields, document, text
from mserve.views.config import created, no_content, rest
from mserve.views.urls import facet_url


@rest(context=Keys, method="GET", permission=Permission.DELEGATE, gives="Keys", query=paging.QUERY)
def listing(context: Keys, request: Any) -> Any:
    """The node's keys: all to its administrator, else those made from the client's own key."""
    limit, after = paging.asked(request)
    keys = context.node.keys
    after_it = keys.items(min=after, excludemin=after is not None) if keys else ()
    visible = ((id, key) for id, key in after_it if _may_see(request, key))
    found = list(islice(visible, limit + 1))
    items = [json.key(request, key) for _, key in found[:limit]]
    return paging.page(request, context, items, found, limit, total=None)


@rest(context=Key, method="GET", permission=Permission.DELEGATE, gives="Key")
def show(context: Key, request: Any) -> Any:
    """One key, without its secret."""
    _check_own(request, context)
    return json.key(request, context)


@rest(context=Keys, method="POST", permission=Permission.DELEGATE,
      takes="NewKey", gives={201: "MadeKey"})  # fmt: skip
def make(context: Keys, request: Any) -> Any:
    """A sub-key of the client's own key: `{"role", "label"?, "start"?, "end"?, "accessspeed"?}`."""
    fields = Fields(document(request))
    role = fields.need("role", _role)
    terms = {
        "label": fields.take("label", text, ""),
        "start": fields.take("start", clock.parse),
        "end": fields.take("end", _future),
        "accessspeed": fields.take("accessspeed", PROPERTIES["accessspeed"].check),
    }
    fields.end()
    check_times(terms["start"], terms["end"])
    parent = request.identity
    if not ROLES[role] <= parent.permissions():
        raise Refused(f"the role {role} allows more than this key ({parent.role}) does")
    key, secret = context.node.add_key(role, parent, **terms)
    where = facet_url(request, context.node, "keys", key.id)
    return created(request, json.key(request, key, secret), where)


@rest(context=Key, method="DELETE", permission=Permission.DELEGATE, gives={204: None})
def revoke(context: Key, request: Any) -> Any:
    """Revokes the key, and with it all that were made from it, at once."""
    _check_own(request, context)
    if context.revoked is None:
        context.revoked = clock.now()
    return no_content()


def _may_see(request: Any, key: Key) -> bool:
    mine = key.descends_from(request.identity)
    return mine or bool(request.has_permission(Permission.ADMIN, key))


def _check_own(request: Any, key: Key) -> None:
    if not _may_see(request, key):
        raise Refused("this key was not made from yours, and you do not administer its node")


def _role(value: Any) -> str:
    if not isinstance(value, str) or value not in ROLES:
        raise BadInput(f"should be a role; there are: {', '.join(ROLES)}")
    return value


def _future(value: Any) -> int:
    moment = clock.parse(value)
    if moment <= clock.now():
        raise BadInput("should be in the future")
    return moment
