"""What is answered to who presents a secret that is wrong, and to forms that others have sent."""

from typing import Any, NamedTuple

from redis.exceptions import RedisError

from mserve import sessions, throttle
from mserve.throttle import Subject, attempt, network


class Refusal(NamedTuple):
    """Instead of 404: status, kind and detail of the problem, and seconds to wait or None."""

    status: int
    kind: str
    detail: str
    wait: int | None = None


def refusal(request: Any) -> Refusal | None:
    """Counts a wrong secret; None: nothing is there, as for anybody."""
    told = request.__dict__
    if told.get("mserve_forged"):
        return Refusal(403, "csrf", "changes by who has logged in need the token of their "
                       f"session: the field csrf of the form, or the header {sessions.HEADER}; "
                       "open the page again")  # fmt: skip
    wait = told.get("mserve_wait") or (_count(request) if told.get("mserve_guess") else 0)
    if not wait:
        return None
    detail = f"too many wrong keys or passwords came from here; try again in {wait} s"
    return Refusal(429, "throttled", detail, wait)


def _count(request: Any) -> int:
    """Once for each request. A key has 256 bits: where Redis is away, nobody is slowed."""
    request.mserve_guess = False
    address = network(request.environ.get("REMOTE_ADDR") or "")
    try:
        return attempt(request.registry.queues.redis, [Subject(throttle.KEY, "keys", address)])
    except RedisError:
        return 0
