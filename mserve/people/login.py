"""How a person proves who they are: by name and password, and a code where they want one."""

from contextlib import contextmanager
from typing import Any

from mserve import passwords as hashes
from mserve import sessions, throttle
from mserve.errors import BadInput, MserveError, Refused, Throttled
from mserve.late import hold_back, pause
from mserve.passwords import hashed
from mserve.people import accounts, devices, letters, passwords, totp
from mserve.resources import clock
from mserve.resources.asker import asked_as
from mserve.resources.audit import Action
from mserve.resources.user import User, normal_name
from mserve.throttle import Subject

HOUR = 3600 * clock.SECOND
WAITS = "second-factor"
PATIENCE = 300  # seconds for the code, after the password


class WrongLogin(Refused):
    """Name or password are wrong, or the account is disabled: nobody is told which."""

    def __init__(self) -> None:
        super().__init__("the name or the password is wrong")


class CodeNeeded(Refused):
    """The password was right; a code of the second factor is needed beside it."""

    def __init__(self) -> None:
        super().__init__("a code of the second factor is needed as well, as `code`")


class WrongCode(Refused):
    def __init__(self) -> None:
        super().__init__("the code is wrong, was used already, or is too old")


def by_password(request: Any, name: str, password: str) -> User:
    """The user whose name and password these are. Takes as long where there is no such user.

    Raises WrongLogin, Throttled, Busy, RedisError.
    """
    user = named(request.site, name)
    subjects = devices.subjects(request, _counted(name), user)
    with counted(request, subjects), hashes.row(devices.strange(subjects)):
        if not passwords.verify(user and user.password, password):
            raise WrongLogin
        if user is None or user.disabled is not None:
            raise WrongLogin
    if passwords.outdated(user.password or ""):
        user.password = hashed(password)
    return user


def named(site: Any, name: str) -> User | None:
    """The user of that login name, or of that address of mail, as people write it."""
    try:
        found: User | None = site.users.by_name(normal_name(name))
    except BadInput:
        return None
    return found or site.users.by_email(name.strip().casefold())


def _counted(name: str) -> str:
    return name.strip().casefold()[:200]


def waits(request: Any, name: str) -> int:
    """Seconds for which no guess at the password of that name is looked at, as far as this process
    remembers; else 0. Raises RedisError."""
    subjects = devices.subjects(request, _counted(name), named(request.site, name))
    return int(request.registry.throttle.known(subjects))


@contextmanager
def counted(request: Any, subjects: list[Subject]) -> Any:
    """A guess: raises Throttled where it is one too many; forgiven where nothing is raised.

    The answer to a wrong one comes late.
    """
    looked = request.registry.throttle.attempt(subjects)
    if looked.wait:
        raise Throttled(looked.wait)
    try:
        yield
    except hashes.Busy:
        request.registry.throttle.take_back(subjects)
        raise
    except MserveError:
        hold_back(request.environ, pause(looked.number))
        raise
    request.registry.throttle.forgive(subjects)


def confirm(request: Any, user: User, password: str) -> None:
    """That who has logged in knows the password as well. Raises WrongPassword, Throttled."""
    with counted(request, [Subject(throttle.KNOWN, "confirm", user.id)]):
        if not passwords.verify(user.password, password):
            raise accounts.WrongPassword


def confirm_factor(request: Any, user: User, code: str) -> list[str]:
    """As accounts.confirm_factor, where guesses are counted."""
    with counted(request, [Subject(throttle.CODE, "new code", user.id)]):
        return accounts.confirm_factor(request, user, code)


def check_code(request: Any, user: User, code: str) -> None:
    """Uses up a code of the second factor, or a recovery code. Raises WrongCode, Throttled."""
    with counted(request, [Subject(throttle.CODE, "code", user.id)]):
        if not _is_code(request, user, code):
            raise WrongCode


def _is_code(request: Any, user: User, code: str) -> bool:
    if user.totp is None:
        return False
    secret = request.registry.seal.open(user.totp).decode()
    if totp.accepts(request, user.id, secret, code):
        return True
    used = totp.digest(code)
    if used not in user.recovery:
        return False
    user.recovery = tuple(each for each in user.recovery if each != used)
    accounts.tell(request, user, letters.RECOVERY_USED, left=str(len(user.recovery)))
    return True


def begin(request: Any, user: User) -> sessions.Headers:
    """Begins the session of a user who has proved who they are; returns the answer's headers."""
    moment = clock.now()
    if user.last_login is None or moment - user.last_login > HOUR:
        user.last_login = moment
    with asked_as(f"user:{user.id}"):
        accounts.note(user, Action.LOGIN)
    return sessions.login(request, user) + devices.remember(request, user)


def wait_for_code(request: Any, user: User) -> None:
    """Notes that the password was right, until the code comes."""
    sessions.put(request, WAITS, f"{user.id} {user.epoch}", PATIENCE)


def who_waits(request: Any) -> User:
    """The user whose password was right a moment ago; raises WrongCode after that."""
    id, _, epoch = (sessions.take(request, WAITS) or "").partition(" ")
    user: User | None = request.site.users.get(id)
    if user is None or user.disabled is not None or str(user.epoch) != epoch:
        raise WrongCode
    return user
