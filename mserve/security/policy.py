"""The security policy: what is asked, of what, by whom, and whether they may."""

from collections.abc import Iterator
from typing import Any

from pyramid.security import Allowed, Denied

from mserve.people import OWN
from mserve.resources.roles import Permission
from mserve.seal import Seal
from mserve.security.finding import find
from mserve.security.identity import Grant, Identity, Link
from mserve.security.lineage import ids_above, service_of
from mserve.security.own import shows
from mserve.security.people import find_person, forget_person
from mserve.security.presented import presented

ALLOWED = Allowed("every key of the chain allows it")
HERE = Allowed("it is their own account")
NOBODY_HERE = Denied("nobody has logged in")
NO_KEY = Denied("no working key was presented")


class Closed(Denied):  # type: ignore[misc]  # pyramid has no types
    """The service is outside its start and end times; `msg` is the reason, for its keys."""


class Failed(Denied):  # type: ignore[misc]  # pyramid has no types
    """The key would allow it, but for one of its chain's caveats."""

    link: Link
    caveat: str

    def __new__(cls, link: Link, caveat: str) -> "Failed":
        made = Denied.__new__(cls, "the caveat %s of the key %s", caveat, link.key.id)
        made.link, made.caveat = link, caveat
        return made  # type: ignore[no-any-return]  # pyramid has no types


class SecurityPolicy:
    """Pyramid's security policy (ISecurityPolicy) over keys."""

    def __init__(self, seal: Seal | None = None) -> None:
        self.seal = seal

    def identity(self, request: Any) -> Identity | None:
        """Who the request is of; looked up once in each transaction."""
        found = request.__dict__.get("mserve_identity", False)
        if found is False:
            found = request.mserve_identity = self._find(request)
        return found  # type: ignore[no-any-return]  # the tree has no types

    def _find(self, request: Any) -> Identity | None:
        secret, facts = presented(request)
        key = find(request.site, secret, facts, self.seal) if secret else None
        return key or find_person(request, secret, facts)

    def authenticated_userid(self, request: Any) -> str | None:
        identity = self.identity(request)
        return None if identity is None else identity.actor

    def permits(self, request: Any, context: Any, permission: str) -> Allowed | Denied:
        """Notes in `request.grant` which of the asker's chains allows it."""
        identity = self.identity(request)
        if permission == OWN:
            return HERE if identity is not None and identity.present else NOBODY_HERE
        said: Denied = NO_KEY
        above = ids_above(context)
        for grant in () if identity is None else identity.grants:
            answer = judge(grant, context, above, permission)
            if answer:
                request.grant = grant
                return answer
            said = answer if isinstance(answer, Failed | Closed) or said is NO_KEY else said
        return said

    def covers(self, request: Any, context: Any, permission: str) -> bool:
        """Whether it is allowed on `context` and by that on all below it: a listing asks once.

        Roles, nodes and caveats hold all the way down, a service's times within it alone; what
        shows its own uploads alone is asked of each.
        """
        within = service_of(context) is not None
        return (
            within
            and bool(self.permits(request, context, permission))
            and not request.grant.own_only
        )

    def remember(self, request: Any, userid: str, **kw: Any) -> list[tuple[str, str]]:
        return []

    def forget(self, request: Any, **kw: Any) -> list[tuple[str, str]]:
        return []


def allowing(identity: Identity, context: Any, permission: str) -> Iterator[Grant]:
    """The chains that allow it, each looked at when it is asked for."""
    above = ids_above(context)
    return (each for each in identity.grants if judge(each, context, above, permission))


def judge(grant: Grant, context: Any, above: set[str], permission: str) -> Allowed | Denied:
    """Whether that one chain allows it; `above` holds the ids of the lineage of `context`."""
    if permission not in grant.allowed or not grant.nodes <= above:
        return Denied("the key %s does not allow %s here", grant.key.id, permission)
    if grant.own_only and not shows(grant, context):
        return Denied("the key %s shows its own uploads alone", grant.key.id)
    if grant.failure is not None:
        return Failed(*grant.failure)
    return _open(grant, context)


def _open(grant: Grant, context: Any) -> Allowed | Denied:
    service = service_of(context)
    reason = None if service is None else service.closed(grant.facts.moment)
    if reason is None or Permission.ADMIN in grant.allowed:
        return ALLOWED
    return Closed(reason)


def forget_identity(request: Any) -> None:
    """A new transaction begins: the key is to be looked up again, it may have been revoked."""
    request.__dict__.pop("mserve_identity", None)
    request.__dict__.pop("grant", None)
    forget_person(request)
