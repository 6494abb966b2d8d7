"""Requests for services: made by people, accepted or rejected by who administers the container."""

from typing import Any

from BTrees.OOBTree import OOBTree

from mserve import provision
from mserve.errors import Conflict, NameTaken, Refused
from mserve.people import accounts, letters
from mserve.resources import audit
from mserve.resources.audit import Action
from mserve.resources.container import Container
from mserve.resources.names import check_name
from mserve.resources.roles import Permission
from mserve.resources.service import Service
from mserve.resources.service_request import (
    ACCEPTED,
    OPEN,
    REJECTED,
    WITHDRAWN,
    ServiceRequest,
    check_words,
)  # fmt: skip
from mserve.resources.user import User

MOST = 10  # requests of one person that wait for an answer
OWNER = "serviceadmin"


def ask(request: Any, container: Container, user: User, name: object, reason: object) -> Any:
    """A new ServiceRequest; who administers the container is told by mail.

    Raises BadInput, BadName, NameTaken, Refused where the container takes none, and Conflict.
    """
    if not container.takes_requests:
        raise Refused("this container takes no requests")
    made = ServiceRequest(container, user, check_name(name), check_words(reason))
    if made.name in container:
        raise NameTaken(made.name)
    if len([each for each in _of(user).values() if each.state == OPEN]) >= MOST:
        raise Conflict(f"{MOST} of your requests wait for an answer; wait, or withdraw one")
    for thing in (container, user):
        _of(thing)[made.id] = made
    audit.record(container, Action.REQUEST_MAKE, None, {"service": made.name, "user": user.name})
    for each in administrators(request.site, container):
        accounts.tell(request, each, letters.REQUEST_MADE, **_words(made))
    return made


def accept(request: Any, made: ServiceRequest, name: str | None = None) -> Service:
    """Makes the service, and puts a key of it into the profile of who asked.

    Raises Conflict where the request has ended or the user is disabled, NameTaken, BadName.
    """
    if made.user.disabled is not None:
        raise Conflict("who asked is disabled")
    made.end(ACCEPTED)
    container, wanted = made.__parent__, name or made.name
    service, keys = provision.make_service(container, wanted, request.registry.seal)
    key = next(key for key, _ in keys if key.role == OWNER)
    key.label = f"asked for by {made.user.name}"
    made.user.keep(key, wanted)
    made.key = key.id
    _note_answer(made)
    accounts.tell(request, made.user, letters.REQUEST_ACCEPTED, **_words(made))
    return service


def reject(request: Any, made: ServiceRequest, word: object) -> None:
    """Says no, with a word. Raises Conflict where the request has ended, BadInput."""
    made.end(REJECTED, check_words(word))
    _note_answer(made)
    accounts.tell(request, made.user, letters.REQUEST_REJECTED, word=made.word, **_words(made))


def withdraw(made: ServiceRequest) -> None:
    """Its user does not want it any more. Raises Conflict where the request has ended."""
    made.end(WITHDRAWN)
    _note_answer(made)


def _note_answer(made: ServiceRequest) -> None:
    facts = {"service": made.name, "user": made.user.name, "state": made.state}
    audit.record(made.__parent__, Action.REQUEST_ANSWER, None, facts)


def administrators(site: Any, container: Container) -> list[User]:
    """The people who hold a key of the container itself by which requests are answered."""
    own = [key.id for key in (container.keys or {}).values() if _answers(key)]
    found = (holder for id in own for holder in site.users.holders(id))
    return [*{user.id: user for user in found if user.disabled is None}.values()]


def _answers(key: Any) -> bool:
    return not key.gone() and Permission.ADD_SERVICE in key.permissions()


def _of(thing: Any) -> Any:
    """The requests of a container or user, by id."""
    if thing.requests is None:
        thing.requests = OOBTree()
    return thing.requests


def _words(made: ServiceRequest) -> dict[str, str]:
    return {
        "who": made.user.called,
        "service": made.name,
        "container": made.__parent__.__name__,
        "reason": made.reason,
    }
