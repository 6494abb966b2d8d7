"""From where a person has logged in before: guesses made elsewhere don't slow them down there."""

from secrets import token_hex
from typing import Any, NamedTuple

from itsdangerous import BadSignature, URLSafeTimedSerializer
from webob.cookies import RequestCookies, make_cookie

from mserve import throttle
from mserve.throttle import Subject

COOKIE = "mserve-known"
KNOWN = "mserve:known:"
LASTS = 180 * 86_400  # seconds
ADDRESS_LASTS = 30 * 86_400  # seconds
MOST = 5  # people who share a browser


class Device(NamedTuple):
    """A browser, and the ids of the users who have logged in by it."""

    id: str
    users: tuple[str, ...]


def subjects(request: Any, name: str, user: Any) -> list[Subject]:
    """What a guess at the password of `user`, or of nobody who is called `name`, is counted of."""
    address = throttle.network(request.environ.get("REMOTE_ADDR") or "")
    if user is not None:
        device = _read(request)
        if user.id in device.users:
            return [Subject(throttle.KNOWN, "device", f"{device.id} {user.id}")]
        if request.registry.queues.redis.exists(_place(user, address)):
            return [Subject(throttle.KNOWN, "place", f"{address} {user.id}")]
    return [
        Subject(throttle.ADDRESS, "address", address),
        Subject(throttle.ACCOUNT, "account", name),
    ]


def strange(subjects: list[Subject]) -> bool:
    """Whether those that a guess is counted of tell that it is made where the user is not known."""
    return subjects[0].limit is not throttle.KNOWN


def remember(request: Any, user: Any) -> list[tuple[str, str]]:
    """The user has logged in here; returns the header for the answer that says so next time."""
    address = throttle.network(request.environ.get("REMOTE_ADDR") or "")
    request.registry.queues.redis.set(_place(user, address), 1, ex=ADDRESS_LASTS)
    device = _read(request)
    users = dict.fromkeys((user.id, *device.users))
    value = _serializer(request).dumps([device.id, [*users][:MOST]])
    text = make_cookie(
        _name(request), value, max_age=LASTS, path="/", secure=_encrypted(request),
        httponly=True, samesite="Lax",
    )  # fmt: skip
    return [("Set-Cookie", text)]


def _read(request: Any) -> Device:
    """What the cookie says, or a new device that nobody has logged in by."""
    value = RequestCookies(request.environ).get(_name(request)) or ""
    try:
        id, users = _serializer(request).loads(value, max_age=LASTS)
    except (BadSignature, ValueError):
        return Device(token_hex(16), ())
    return Device(id, tuple(users))


def _serializer(request: Any) -> URLSafeTimedSerializer:
    key = request.registry.seal.derive("known devices")
    return URLSafeTimedSerializer(key, salt="device", signer_kwargs={"key_derivation": "hmac"})


def _place(user: Any, address: str) -> str:
    return f"{KNOWN}{user.id}:{address}"


def _name(request: Any) -> str:
    return f"__Host-{COOKIE}" if _encrypted(request) else COOKIE


def _encrypted(request: Any) -> bool:
    return bool(request.environ.get("wsgi.url_scheme") == "https")
