"""Sharing: the page of a place's keys, where sub-keys are made as links, narrowed and revoked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.response import Response

from mserve.errors import BadInput, MserveError
from mserve.resources.facets import Keys
from mserve.resources.key import Key
from mserve.resources.roles import OWN_ONLY, ROLES, Permission
from mserve.views import key_json
from mserve.views import key_rights as rights
from mserve.views.api import access
from mserve.views.api import keys as door
from mserve.views.config import page
from mserve.views.html.flash import flash
from mserve.views.html.forms import field, fields, form
from mserve.views.html.login import again, template
from mserve.views.html.names import ROLES as OFFERED
from mserve.views.html.qr import picture
from mserve.views.html.template import may
from mserve.views.urls import facet_url

PAGE = "sharing.jinja2"
DAYS = ("1", "7", "30", "365", "")
"""For how many days a link works, to choose from; without an end last."""
MOST = 500  # keys on the page
DELEGATE = Permission.DELEGATE


@page(context=Keys, permission=DELEGATE, template=PAGE)
def show(context: Keys, request: Any) -> dict[str, Any]:
    """The form that makes a link, and the tree of what was made here."""
    return {"fault": None, **told(request, context.node)}


def told(request: Any, node: Any) -> dict[str, Any]:
    """What the page shows."""
    allowed = request.grant.key.permissions()
    known = [each for each in (node.keys or {}).values() if rights.may_see(request, each)]
    return {
        "node": node,
        "name": node.__name__ or "mserve",
        "here": facet_url(request, node, "keys"),
        "roles": [role for role in OFFERED if _fits(role, node, allowed)],
        "days": DAYS,
        "keys": [*_tree(request, known[:MOST])],
        "more": len(known) > MOST,
        "reaching": access.reaching(request, node, MOST) if may(request, "admin", node) else None,
    }


def _fits(role: str, node: Any, allowed: frozenset[Permission]) -> bool:
    """Whether a key with that role can be made here."""
    branch = node.type in ("service", "folder")
    return ROLES[role] <= allowed and (branch or role not in OWN_ONLY)


def _tree(request: Any, keys: list[Key]) -> Iterator[dict[str, Any]]:
    """The keys as JSON has them, each after what it was made from, with its depth."""
    ids = {key.id for key in keys}
    below: dict[str | None, list[Key]] = {}
    for key in keys:
        parent = key.parent.id if key.parent is not None and key.parent.id in ids else None
        below.setdefault(parent, []).append(key)
    ahead = [(0, key) for key in below.get(None, ())][::-1]
    while ahead:
        depth, key = ahead.pop()
        yield {
            **key_json.key(request, key),
            "depth": depth,
            "rotates": rights.may_have(request, key),
        }
        ahead += [(depth + 1, each) for each in below.get(key.id, ())][::-1]


@form(context=Keys, do="share", permission=DELEGATE)
def share(context: Keys, request: Any) -> Response:
    """Makes a sub-key, and shows its link this once."""
    try:
        key, secret = door.made(request, context.node, _asked(request))
    except MserveError as fault:
        return _failed(request, context.node, fault)
    return _shown(request, key, secret)


def _asked(request: Any) -> dict[str, Any]:
    """The document that REST would be sent."""
    asked: dict[str, Any] = {"role": field(request, "role"), "label": field(request, "label")}
    if (days := field(request, "days")) != "":
        asked["end"] = _end(days)
    found = fields(request)
    if password := found.get("password", [""])[0]:
        asked["password"] = password
    if uses := found.get("uses", [""])[0].strip():
        asked["uses"] = _whole(uses)
    return asked


def _end(days: str) -> str:
    if days not in DAYS:
        raise BadInput(f"a link works for so many days: {', '.join(DAYS[:-1])}")
    return (datetime.now(UTC) + timedelta(days=int(days))).isoformat()


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise BadInput(f"{text:.40} should be a whole number")
    return int(text)


def _shown(request: Any, key: Key, secret: str) -> Response:
    shown = key_json.key(request, key, secret)
    told = {"key": shown, "picture": picture(shown["url"]), "node": key.__parent__,
            "name": key.__parent__.__name__ or "mserve",
            "here": facet_url(request, key.__parent__, "keys")}  # fmt: skip
    return render_to_response(template("shared.jinja2"), told, request)


def _failed(request: Any, node: Any, fault: MserveError) -> Response:
    request.tm.abort()
    request.tm.begin()
    return again(PAGE, request, fault, **told(request, node))


@form(context=Key, do="rotate", permission=DELEGATE)
def rotate(context: Key, request: Any) -> Response:
    """Gives the key another link, and shows it this once; the old one works no more."""
    return _shown(request, context, door.rotated(request, context, 0))


@form(context=Key, do="narrow", permission=DELEGATE)
def narrow(context: Key, request: Any) -> Response:
    """Sets the label, and an end that is sooner."""
    asked: dict[str, Any] = {"label": field(request, "label")}
    if days := field(request, "days"):
        asked["end"] = _end(days)
    door.changed(request, context, asked)
    return _back(request, context, "saved")


@form(context=Key, do="revoke", permission=DELEGATE)
def revoke(context: Key, request: Any) -> Response:
    """The key, and all that were made from it, work no more."""
    door.revoke(context, request)
    return _back(request, context, "revoked")


def _back(request: Any, key: Key, done: str) -> Response:
    return flash(request, HTTPSeeOther(facet_url(request, key.__parent__, "keys")), done)
