"""Requests that lost to another writer are tried again, after a jittered pause; at last in turn."""

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator
from pyramid_retry import IBeforeRetry
from pyramid_tm import explicit_manager
from webob.request import DisconnectionError

from mserve.conflicts import REQUEST, TALLY
from mserve.database import pause
from mserve.taking_turns import of_writers
from mserve.views.body import LIMIT

STREAMS = frozenset({
    "multipart/form-data", "application/offset+octet-stream",
    "application/x-sabredav-partialupdate",
})  # fmt: skip

DOCUMENTS = ("/-/profiles/", "/-/account/")
"""Places of documents, whose PUT is like any other change."""


def attempts_of(request: Any) -> int | None:
    """1 for a request that carries content: it streams by once. None: as the settings say.

    An upload tries only its own short transaction again (views/receive.py).
    """
    length, path = request.content_length, request.environ["PATH_INFO"]
    streams = (
        (request.method == "PUT" and not any(each in path for each in DOCUMENTS))
        or request.content_type in STREAMS
        or "unpack=" in request.query_string
    )
    if request.headers.get("Transfer-Encoding") or streams or (length or 0) > LIMIT:
        return 1
    try:
        request.make_body_seekable()
    except DisconnectionError:  # here no view could answer; the view will meet it again
        return 1
    return None


COMMITTED = "Committed"


class Counting:
    """Counts the commits of requests, of those that changed something."""

    def beforeCompletion(self, transaction: Any) -> None:  # noqa: N802 - as ISynchronizer has it
        pass

    def newTransaction(self, transaction: Any) -> None:  # noqa: N802 - as ISynchronizer has it
        pass

    def afterCompletion(self, transaction: Any) -> None:  # noqa: N802 - as ISynchronizer has it
        if transaction.status == COMMITTED and transaction._resources:
            TALLY.committed(REQUEST)


COUNTING = Counting()


def manager(request: Any) -> Any:
    """The transaction manager of a request."""
    found = explicit_manager(request)
    found.registerSynch(COUNTING)
    return found


PATIENT = 2
"""Attempts that are made as if nobody else wrote; then those who do on this machine are kept
waiting, so that it is not lost again to a crowd that uploads."""


def in_turn(handler: Callable[[Any], Any], registry: Any) -> Callable[[Any], Any]:
    """A tween: the last attempts of a request are made while writers of this machine wait."""
    lock = of_writers(registry.mserve)

    def attempt(request: Any) -> Any:
        if request.environ.get("retry.attempt", 0) < PATIENT:
            return handler(request)
        with lock.held():
            return handler(request)

    return attempt


def before_retry(event: Any) -> None:
    TALLY.note(event.exception)
    event.environ["wsgi.input"].seek(0)  # the attempt before has read it
    pause(event.environ.get("retry.attempt", 0) + 1)


def includeme(config: Configurator) -> None:
    config.add_subscriber(before_retry, IBeforeRetry)
    config.add_tween("mserve.views.retry.in_turn", over="pyramid_tm.tm_tween_factory")
