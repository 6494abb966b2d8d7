"""From who has logged in to an Identity: one grant for each key in the profile."""

from collections.abc import Iterator
from typing import Any

from mserve.errors import Throttled
from mserve.people import who
from mserve.resources.caveats import Facts
from mserve.resources.key import Key
from mserve.resources.roles import Permission
from mserve.resources.user import User
from mserve.security.identity import Grant, Identity
from mserve.security.presented import KEY_IN_PATH, authorization


def find_person(request: Any, secret: str | None, facts: Facts) -> Identity | None:
    """Who presents `secret`, which is no key, or has logged in; None: nobody known.

    Notes in `request.mserve_guess` that a secret was wrong, and in `request.mserve_wait` the
    seconds to wait after too many guesses.
    """
    person = _person(request, secret)
    if person is None:
        request.mserve_guess = bool(secret)
        return None
    token = person.token
    appended = () if token is None else ((token.id, token.caveats),)
    keys = _working(request, person.user, facts.moment)
    grants = tuple(Grant(key, facts, appended) for key in keys)
    return Identity(f"user:{person.user.id}", grants, person.user, person.present)


def _working(request: Any, user: User, moment: int) -> Iterator[Key]:
    """The keys of the profile; one that has got a new secret is not theirs any more."""
    for key in user.kept():
        there = user.holds(key, moment) and not key.gone() and key.__parent__.in_tree
        if there and not waits_for_factor(request.registry.mserve, user, key):
            yield key


def waits_for_factor(settings: Any, user: User, key: Key) -> bool:
    """Whether the key is of no use until the user has a second factor, as the ini demands of who
    administers the site."""
    return (
        settings.people.admin_second_factor
        and user.totp is None
        and key.__parent__.type == "site"
        and Permission.ADMIN in key.permissions()
    )


def _person(request: Any, secret: str | None) -> who.Person | None:
    if KEY_IN_PATH in request.environ:
        return None
    if "Authorization" not in request.headers:
        return who.by_session(request)
    scheme, value = authorization(request)
    try:
        return who.by_secret(request, scheme, secret, value) if secret else None
    except Throttled as fault:
        request.mserve_wait = fault.seconds
        return None


def forget_person(request: Any) -> None:
    """Who asks is to be looked up again."""
    for name in ("mserve_session", "mserve_guess", "mserve_wait", "mserve_forged"):
        request.__dict__.pop(name, None)
