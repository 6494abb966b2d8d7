"""Seats for clients who wait: so many at a time in each web process, the others come again."""

from typing import Any

from mserve.turn import ATTEND
from mserve.views.content import throttle
from mserve.views.problems import RETRY_AFTER, problem


def seat(request: Any) -> throttle.Seat | None:
    """One, if it is free. Under a server where waiting holds a thread there are few."""
    if ATTEND not in request.environ:
        return throttle.seat(request.registry, request.settings.streams)
    waiters: throttle.Seats = request.registry.waiters
    return waiters.take()


def busy(request: Any) -> Any:
    """503, for who finds none."""
    detail = "as many clients follow jobs as can at once; please try again in a while"
    answer = problem(request, 503, "busy", detail)
    answer.headers["Retry-After"] = RETRY_AFTER
    return answer
