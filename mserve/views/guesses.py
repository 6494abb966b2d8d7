"""What is answered to who presents a secret that is wrong, and to forms that others have sent."""

import time
from math import ceil
from typing import Any, NamedTuple

from redis.exceptions import RedisError

from mserve import sessions, throttle
from mserve.throttle import Subject, attempt, network

MOST = 10_000  # addresses


class Refusal(NamedTuple):
    """Instead of 404: status, kind and detail of the problem, and seconds to wait or None."""

    status: int
    kind: str
    detail: str
    wait: int | None = None


class Waiting:
    """Addresses that wait after too many wrong keys, as far as this process knows: refused
    without another look at Redis or a page."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def add(self, address: str, seconds: int) -> None:
        if len(self._until) >= MOST:
            self._until.clear()
        self._until[address] = time.monotonic() + seconds

    def seconds(self, request: Any) -> int:
        """How long a request with a wrong key has to wait; 0: not known to have to."""
        if not self._until or not request.__dict__.get("mserve_guess"):
            return 0
        left = self._until.get(_address(request), 0.0) - time.monotonic()
        return max(ceil(left), 0)


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
    return Refusal(429, "throttled", said(wait), wait)


def said(wait: int) -> str:
    return f"too many wrong keys or passwords came from here; try again in {wait} s"


def _count(request: Any) -> int:
    """Once for each request. A key has 256 bits: where Redis is away, nobody is slowed."""
    request.mserve_guess = False
    address, registry = _address(request), request.registry
    try:
        wait = attempt(registry.queues.redis, [Subject(throttle.KEY, "keys", address)])
    except RedisError:
        return 0
    if wait:
        registry.waiting.add(address, wait)
    return wait


def _address(request: Any) -> str:
    return network(request.environ.get("REMOTE_ADDR") or "")
