"""Login elsewhere: what is kept while a person is away at a provider, and whose account it is then.

It is kept beside the browser's cookie: who comes back in another browser, or a second time, has not
left from here. An account is found by (issuer, subject) alone, never by an address of mail.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from mserve import sessions
from mserve.errors import BadInput, Conflict, LoginRefused
from mserve.logins import CREATE
from mserve.openid.person import Person
from mserve.people import accounts, letters
from mserve.people.ways import Away
from mserve.resources.audit import Action
from mserve.resources.ids import new_id
from mserve.resources.user import DISPLAY, User, normal_email, normal_name

PATIENCE = 600  # seconds that people may be away
LONGEST = 100  # characters of a state
ARRIVED = "mserve.arrived"  # in the WSGI environ: what an attempt before this one has found
TRIES = 20


@dataclass(frozen=True)
class Trip:
    """`way` is how they log in, `onward` the path where they go then, `user` the id of whose
    account is to be linked."""

    way: str
    away: Away
    onward: str | None = None
    user: str | None = None


def leave(request: Any, trip: Trip) -> None:
    """Keeps the trip until its browser comes back with its state."""
    sessions.put(request, f"trip:{trip.away.state}", json.dumps(asdict(trip)), PATIENCE)


def arrive(request: Any, way: str, finish: Callable[[Trip], Person]) -> tuple[Trip, Person]:
    """The trip that ends here, and who it is by `finish`. A transaction that is tried again does
    not ask the provider again. Raises LoginRefused, ProviderAway."""
    if ARRIVED not in request.environ:
        trip = _trip(request, way)
        request.environ[ARRIVED] = trip, finish(trip)
    found: tuple[Trip, Person] = request.environ[ARRIVED]
    return found


def _trip(request: Any, way: str) -> Trip:
    text = sessions.take(request, f"trip:{request.GET.get('state', '')[:LONGEST]}")
    kept = {} if text is None else json.loads(text)
    if kept.get("way") != way:
        raise LoginRefused(
            "this login was not begun in this browser, has ended already, or took too long; "
            "begin it again"
        )
    return Trip(**{**kept, "away": Away(**kept["away"])})


def owner(request: Any, person: Person, terms: str) -> User:
    """Whose account it is, made by now where `terms` is `create`. Raises LoginRefused."""
    user: User | None = request.site.users.by_subject(person.issuer, person.subject)
    if user is None and terms == CREATE:
        user = request.site.users.add(_made(request.site.users, person))
        accounts.note(user, Action.USER_MAKE, issuer=person.issuer)
    if user is None:
        raise LoginRefused(
            "no account here is linked with that login: log in with your password, and link it "
            "on the page of your account, or ask the administrator for an account"
        )
    if user.disabled is not None:
        raise LoginRefused("this account is disabled; ask the administrator")
    return user


def link(request: Any, trip: Trip, person: Person) -> User:
    """The account that the trip began from can be logged in to so from now on.

    Raises LoginRefused where another is logged in by now, NameTaken where it is another's already.
    """
    user: User | None = sessions.user_of(request)
    if user is None or user.id != trip.user:
        raise LoginRefused("you are not logged in any more as who has begun this; begin it again")
    request.site.users.link(user, person.issuer, person.subject)
    accounts.note(user, Action.LOGIN_LINK, issuer=person.issuer)
    accounts.tell(request, user, letters.LINKED, identity=_shown(person))
    return user


def unlink(request: Any, user: User, issuer: str, subject: str) -> None:
    """The account can't be logged in to so any more. Raises Conflict where it is the only way."""
    if (issuer, subject) not in user.identities:
        raise BadInput("that login is not linked with this account")
    if user.password is None and len(user.identities) == 1:
        raise Conflict("this is the only way to log in to this account; set a password before")
    request.site.users.unlink(user, issuer, subject)
    accounts.note(user, Action.LOGIN_UNLINK, issuer=issuer)
    accounts.tell(request, user, letters.UNLINKED, identity=_shown(Person(issuer, subject)))


def _shown(person: Person) -> str:
    return f"{person.subject} of {person.issuer}"


def _made(users: Any, person: Person) -> User:
    user = User(_free_name(users, person))
    user.display = "".join(each for each in person.name if each.isprintable())[:DISPLAY].strip()
    user.identities = ((person.issuer, person.subject),)
    user.email = _free_email(users, person.email)
    return user


def _free_name(users: Any, person: Person) -> str:
    """As they are called at the provider, or nearly so."""
    for text in (person.login, person.email.partition("@")[0], "user"):
        try:
            name = normal_name(text)[:40]
        except BadInput:
            continue
        for more in ("", *(f"-{number}" for number in range(2, TRIES))):
            if users.by_name(name + more) is None:
                return name + more
    return f"user-{new_id()[-12:]}"


def _free_email(users: Any, text: str) -> str | None:
    """The verified address, if no other account has it."""
    try:
        email = normal_email(text)
    except BadInput:
        return None
    return email if users.by_email(email) is None else None
