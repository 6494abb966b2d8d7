"""What is answered to who presents a secret that is wrong, and to forms that others have sent."""

from typing import Any, NamedTuple

from redis.exceptions import RedisError

from mserve import sessions, throttle
from mserve.late import hold_back, pause
from mserve.throttle import Subject, network

NOTHING = "there is nothing here that this request may see; check the address and the key"


class Refusal(NamedTuple):
    """Status, kind and detail of the problem, and seconds to wait or None."""

    status: int
    kind: str
    detail: str
    wait: int | None = None


def refusal(request: Any) -> Refusal:
    """The one answer for what is not there and for what may not be seen; a wrong secret counts."""
    told = request.__dict__
    if told.get("mserve_forged"):
        return Refusal(403, "csrf", "changes by who has logged in need the token of their "
                       f"session: the field csrf of the form, or the header {sessions.HEADER}; "
                       "open the page again")  # fmt: skip
    wait = told.get("mserve_wait") or (_count(request) if told.get("mserve_guess") else 0)
    return throttled(request.environ, wait) if wait else Refusal(404, "not-found", NOTHING)


def throttled(environ: Any, wait: int) -> Refusal:
    """The answer to one guess too many, which comes late."""
    hold_back(environ)
    said = f"too many wrong keys or passwords came from here; try again in {wait} s"
    return Refusal(429, "throttled", said, wait)


def subject(environ: Any) -> Subject:
    """What wrong keys are counted of: the address."""
    return Subject(throttle.KEY, "keys", network(environ.get("REMOTE_ADDR") or ""))


def _count(request: Any) -> int:
    """Once for each request. A key has 256 bits: where Redis is away, nobody is slowed."""
    request.mserve_guess = False
    try:
        looked = request.registry.throttle.attempt([subject(request.environ)])
    except RedisError:
        hold_back(request.environ, 0.0)
        return 0
    hold_back(request.environ, pause(looked.number))
    return int(looked.wait)
