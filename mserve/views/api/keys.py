"""REST of keys: made, listed, narrowed, given a new secret and revoked at `<node>/-/keys`."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from mserve import provision
from mserve.errors import BadInput, Refused
from mserve.passwords import hashed
from mserve.resources import audit, clock, terms
from mserve.resources.audit import Action, changes
from mserve.resources.caveats import Caveats
from mserve.resources.facets import Keys
from mserve.resources.key import Key
from mserve.resources.properties import whole
from mserve.resources.roles import OWN_ONLY, ROLES, Permission
from mserve.views import key_json, paging
from mserve.views import key_rights as rights
from mserve.views.api.containers import check_times
from mserve.views.body import Fields, document, text
from mserve.views.config import created, no_content, rest
from mserve.views.urls import facet_url

LONGEST_GRACE = 90 * 86_400  # seconds
DELEGATE = Permission.DELEGATE


@rest(context=Keys, method="GET", permission=DELEGATE, gives="Keys", query=paging.QUERY)
def listing(context: Keys, request: Any) -> Any:
    """The node's keys: all to its administrator, else those made from the client's own key.

    `parent` makes a tree of them; `permissions` is what the whole chain allows.
    """
    limit, after = paging.asked(request)
    keys = context.node.keys
    after_it = keys.items(min=after, excludemin=after is not None) if keys else ()
    visible = ((id, key) for id, key in after_it if rights.may_see(request, key))
    found = list(islice(visible, limit + 1))
    items = [key_json.key(request, key) for _, key in found[:limit]]
    return paging.page(request, context, items, found, limit, total=None)


@rest(context=Key, method="GET", permission=DELEGATE, gives="Key")
def show(context: Key, request: Any) -> Any:
    """One key, without its secret."""
    rights.check_seen(request, context)
    return key_json.key(request, context)


@rest(context=Keys, method="POST", permission=DELEGATE, takes="NewKey", gives={201: "MadeKey"})
def make(context: Keys, request: Any) -> Any:
    """A sub-key of the client's own key: a `role`, and caveats.

    Where `permissions` or `renditions` are given, the role can be left out: it is the client's own.
    """
    key, secret = made(request, context.node, document(request))
    where = facet_url(request, context.node, "keys", key.id)
    return created(request, key_json.key(request, key, secret), where)


def made(request: Any, node: Any, asked: Any) -> tuple[Key, str]:
    """A sub-key on the node as that document says, and its secret. Raises BadDocument, Refused."""
    parent, fields = request.grant.key, Fields(asked)
    take = fields.take if fields.rest.keys() & {"permissions", "renditions"} else fields.need
    role = take("role", _role) or parent.role
    label = fields.take("label", text, "")
    caveats = Caveats(**_asked(fields))
    fields.faults += _faults(role, caveats, node)
    fields.end()
    check_times(caveats.start, caveats.end)
    _check_role(role, caveats, parent)
    found: tuple[Key, str] = node.add_key(
        role, parent, request.registry.seal, label=label, caveats=caveats,
        maker=request.identity.actor,
    )  # fmt: skip
    return found


def _faults(role: str, caveats: Caveats, node: Any) -> Iterator[tuple[str, str]]:
    if caveats.end is not None and caveats.end <= clock.now():
        yield "/end", "should be in the future"
    if role in OWN_ONLY and node.type not in ("service", "folder"):
        yield "/role", f"{role} is for a service, or a folder in one"


@rest(context=Key, method="PATCH", permission=DELEGATE, takes="KeyChange", gives="Key")
def change(context: Key, request: Any) -> Any:
    """Sets label and caveats; null takes a caveat away.

    Anyone who may see the key narrows it, and so all that were made from it. To widen it takes a
    key that it was made from; or, for a key that came with its node, an administrator of what is
    above.
    """
    changed(request, context, document(request))
    return key_json.key(request, context)


def changed(request: Any, context: Key, asked: Any) -> None:
    """Changes the key as that document says. Raises BadDocument, Refused."""
    rights.check_seen(request, context)
    fields = Fields(asked)
    nulls = fields.nulls([*terms.TERMS, "password"])
    label = fields.take("label", text, context.label)
    given = _asked(fields)
    fields.end()
    caveats = replace(context.caveats, **{**nulls, **given})
    check_times(caveats.start, caveats.end)
    if not terms.narrows(caveats, context.caveats) and not rights.may_widen(request, context):
        raise Refused("only who holds a key that this one was made from can widen it")
    before, context.label, context.caveats = _told(context), label, caveats
    after = _told(context)
    audit.record(context.__parent__, Action.KEY_CHANGE, *changes(before, after, "key"))


@rest(context=Key, method="POST", permission=DELEGATE, takes="Rotation", gives="MadeKey")
def rotate(context: Key, request: Any) -> Any:
    """Gives the key a new secret: `{"grace"}`, the seconds for which the old one works too.

    Of a key that was not made from the client's own it takes an administrator whose key has no
    caveats, and allows all that this one does: who asks learns the secret.
    """
    fields = Fields(document(request))
    grace = fields.take("grace", whole(0, LONGEST_GRACE), 0)
    fields.end()
    return key_json.key(request, context, rotated(request, context, grace))


def rotated(request: Any, context: Key, grace: int) -> str:
    """The new secret of the key; the old one works for `grace` seconds more. Raises Refused."""
    rights.check_seen(request, context)
    if not rights.may_have(request, context):
        raise Refused("this key may do what yours may not, so that you cannot have its new secret")
    audit.record(context.__parent__, Action.KEY_ROTATE, after={"key": context.id, "grace": grace})
    return provision.rotate(context, grace * clock.SECOND, request.registry.seal)


@rest(context=Key, method="DELETE", permission=DELEGATE, gives={204: None})
def revoke(context: Key, request: Any) -> Any:
    """Revokes the key, and with it all that were made from it, at once."""
    rights.check_seen(request, context)
    if context.revoked is None:
        context.revoked = clock.now()
        revoked = {"key": context.id, "role": context.role}
        audit.record(context.__parent__, Action.KEY_REVOKE, revoked)
    return no_content()


def _told(key: Key) -> dict[str, Any]:
    return {"key": key.id, "label": key.label, **terms.show(key.caveats)}


def _asked(fields: Fields) -> dict[str, Any]:
    """The caveats in the body."""
    found = {name: fields.take(name, term.read) for name, term in terms.TERMS.items()}
    if fields.take("renditions", terms.only_renditions):
        allowed = found["permissions"] or ROLES["renditions"]
        found["permissions"] = allowed & ROLES["renditions"]
    found["password"] = fields.take("password", _password)
    return {name: value for name, value in found.items() if value is not None}


def _password(value: Any) -> str:
    if not isinstance(value, str) or not 8 <= len(value) <= 128:
        raise BadInput("should be a password of 8 to 128 characters")
    return hashed(value)


def _check_role(role: str, caveats: Caveats, parent: Key) -> None:
    asked = ROLES[role] if caveats.permissions is None else ROLES[role] & caveats.permissions
    if not asked <= parent.permissions():
        raise Refused(f"the role {role} allows more than this key ({parent.role}) does")


def _role(value: Any) -> str:
    if not isinstance(value, str) or value not in ROLES:
        raise BadInput(f"should be a role; there are: {', '.join(ROLES)}")
    return value
