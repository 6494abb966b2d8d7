"""Receiving: bytes come in outside of any transaction, then a fresh short one stores them.

An upload may last an hour. So the view's own transaction, in which the permission was checked, is
given up; the body is written to a Spool; a new transaction finds the context again, checks again
(the key may have been revoked meanwhile), acts and commits, and only that is tried again.
"""

from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from typing import Any

from pyramid.httpexceptions import HTTPForbidden

from mserve.database import attempt
from mserve.resources.asker import asked_by
from mserve.resources.site import Site
from mserve.resources.spool import Spool, directory
from mserve.security import forget_identity
from mserve.views import preconditions
from mserve.views.announced import Announced
from mserve.views.asker import asker_of
from mserve.views.incoming import Body
from mserve.views.noting import note
from mserve.views.traversal import Traverser

Act = Callable[[Any], Any]


@contextmanager
def outside_transaction(request: Any) -> Iterator[None]:
    """Gives the view's transaction up, and leaves an empty one to who began it.

    The connection to the tree goes back as well: there may be many more slow uploads than the
    storage has connections (PostgreSQL has 100).
    """
    request.spool_folder = directory(request.site)
    request.tm.abort()
    request.leave_tree()
    try:
        yield
    finally:
        request.tm.begin()


def commit(
    request: Any, permission: str, act: Act, *, large: bool = False, apart: bool = False
) -> Any:
    """What `act(context)` returns, in a fresh transaction, after the checks were made again.

    It is shared with the uploads that wait at the same time, unless this one is `large`, or is to
    be undone `apart` from others. So what is returned should be plain values, no objects of the
    tree.
    """

    def checked() -> Any:
        forget_identity(request)
        request.response.status_int, request.response.location = 200, None  # of a former attempt
        context = context_again(request)
        need(request, permission, context)
        preconditions.check(request, context)
        note(request, context)
        with asked_by(asker_of(request)):
            return act(context)

    def alone() -> Any:
        return attempt(request.tm, checked)

    def grouped(site: Site) -> Any:
        with lent(request, site):
            return checked()

    return alone() if large else request.registry.group.run(grouped, alone, apart=apart)


def context_again(request: Any) -> Any:
    """The context, as it is by now: one from before the tree was left is not to be used."""
    request.__dict__.update(Traverser(request.site)(request))
    return request.context


@contextmanager
def lent(request: Any, site: Site) -> Iterator[None]:
    """The request acts in another's transaction, and keeps nothing of it but its response."""
    response = request.response
    own = dict(request.__dict__)
    request.lent_site = site
    try:
        yield
    finally:
        request.__dict__.clear()
        request.__dict__.update(own)
        request.response = response
        forget_identity(request)


def need(request: Any, permission: str, context: Any) -> None:
    """Raises HTTPForbidden where the key may not."""
    allowed = request.has_permission(permission, context)
    if not allowed:
        raise HTTPForbidden(result=allowed)


def receive_body(request: Any, algorithms: Set[str] = frozenset()) -> Spool:
    """The raw body, with digests of `algorithms` beside those that were announced.

    Raises what Body raises, BadContent, StorageFull; then nothing is kept.
    """
    announced = Announced.of(request.headers.get)
    body = Body(request)
    wanted = announced.algorithms | algorithms
    spool = Spool.receive(request.spool_folder, body, body.length, wanted)
    try:
        announced.check(spool.digests)
    except BaseException:
        spool.discard()
        raise
    return spool
