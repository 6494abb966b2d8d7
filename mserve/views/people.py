"""The JSON of people, and who of them asks."""

from datetime import UTC, datetime
from typing import Any

from mserve import sessions
from mserve.errors import BadInput, Missing
from mserve.resources import clock, terms
from mserve.resources.facet import Facet
from mserve.resources.key import Key
from mserve.resources.roles import Permission
from mserve.resources.token import Token
from mserve.resources.user import User
from mserve.sessions import Session
from mserve.views import key_json, urls
from mserve.views.urls import facet_url, url

Json = dict[str, Any]
SECRET = 256  # characters


def me(request: Any) -> User:
    """Who has logged in; the permission of the own account has been checked."""
    user: User = request.identity.user
    return user


def here(request: Any) -> str:
    """The address of this site, as the client calls it."""
    return urls.door_url(request)


def person(user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "display": user.display,
        "created": clock.rfc3339(user.created),
        "last_login": clock.rfc3339(user.last_login),
        "second_factor": user.totp is not None,
    }


def account(request: Any, user: User) -> Json:
    services = [_service(request, key) for key in user.kept() if _owns(key)]
    return person(user) | {"recovery_codes": len(user.recovery), "services": services}


def _owns(key: Key) -> bool:
    """Whether it is the key of a service's owner."""
    node = key.__parent__
    there = node.in_tree and key.works(clock.now())
    return there and node.type == "service" and Permission.CONFIGURE in key.permissions()


def _service(request: Any, key: Key) -> Json:
    node = key.__parent__
    return {"name": node.__name__, "url": url(request, node), "role": key.role}


def session(request: Any, each: Session) -> Json:
    current = sessions.of(request)
    return {
        "id": each.id,
        "begun": _moment(each.created),
        "seen": _moment(each.seen),
        "address": each.address,
        "agent": each.agent,
        "current": current is not None and current.id == each.id,
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")[:19] + "Z"


def token(each: Token, secret: str | None = None) -> Json:
    shown: Json = {
        "id": each.id,
        "label": each.label,
        "caveats": terms.show(each.caveats),
        "created": clock.rfc3339(each.created),
    }
    return shown if secret is None else {**shown, "token": secret}


def kept(request: Any, user: User, key: Key) -> Json:
    """A key of the profile. What left the tree has no address any more."""
    shown = key_json.key(request, key) | {"called": user.labels.get(key.id, "")}
    return shown if key.__parent__.in_tree else shown | {"node": here(request), "works": False}


def user(request: Any, each: User, site: Any) -> Json:
    """As the site's administrator sees it."""
    return person(each) | {
        "disabled": clock.rfc3339(each.disabled),
        "has_password": each.password is not None,
        "identities": len(each.identities),
        "keys": len(each.keyring),
        "tokens": len(each.tokens),
        "url": facet_url(request, site, "users", each.id),
    }


def secret_of(text: str) -> str:
    """The secret in what a person has pasted: a key, or an address with one."""
    words = text.strip()
    secret = words.partition("/k/")[2].partition("/")[0] if "/k/" in words else words
    if not secret or len(secret) > SECRET or not secret.isascii():
        raise BadInput("should be a key, or the address that begins with …/k/<key>/")
    return secret


def found(thing: Any) -> Any:
    """`thing`, if it is there; raises Missing."""
    if thing is None or thing is False:
        raise Missing("there is nothing of that id in this account")
    return thing


def site_of(place: Facet | Any) -> Any:
    """The site whose facet it is, or lies below."""
    while not isinstance(place, Facet):
        place = place.__parent__
    return place.node
