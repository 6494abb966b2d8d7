"""`?wait=`: an answer that waits until a job has ended, after its request's transaction did."""

import json
import time
from collections.abc import Iterable
from typing import Any

from pyramid.response import Response

from mserve.errors import BadInput
from mserve.resources.job import Job
from mserve.views.content.throttle import Seat
from mserve.views.errors import nothing
from mserve.views.express.asked import Asked
from mserve.views.follow import LONGEST
from mserve.views.follow.looks import kept
from mserve.views.follow.seats import busy, seat
from mserve.views.follow.seen import see
from mserve.views.follow.watch import SHORT, NotThere, Watch
from mserve.views.json import Json

QUERY = ("wait",)


def asked(request: Any) -> int:
    """The seconds that the query names, 0 where it names none; raises BadInput."""
    text = request.GET.get("wait", "0")
    if not (text.isascii() and text.isdigit() and len(text) < 5 and int(text) <= LONGEST):
        raise BadInput(f"wait={text:.30} should be a whole number of seconds from 0 to {LONGEST}")
    return int(text)


def waited(request: Any, job: Job, document: Json) -> Any:
    """The answer with the job's JSON `document`: at once, or when the job has ended."""
    seconds = asked(request)
    if not seconds or job.outcome is not None or request.method == "HEAD":
        return document
    found = seat(request)
    if found is None:
        return busy(request)
    watch = Watch(request.registry, kept(request.environ), job.id, SHORT)
    return Waited(watch, found, seconds, document, request.response)


class Waited(Response):  # type: ignore[misc]  # pyramid has no types
    """Says what `drafted` does, and of the job what is so in the end.

    The router calls it when the request's transaction is over and its connection given back.
    """

    def __init__(
        self, watch: Watch, seat: Seat, seconds: int, document: Json, drafted: Response
    ) -> None:
        super().__init__(status=drafted.status, content_type="application/json")
        self.location = drafted.location
        self._watch, self._seat, self._seconds = watch, seat, seconds
        self._say(document)

    def _say(self, document: Json) -> None:
        self.body = json.dumps(document).encode()

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        try:
            self._settle()
        except NotThere:
            return self._gone()(environ, start_response)  # type: ignore[no-any-return]  # WebOb
        finally:
            self._seat.leave()
        return super().__call__(environ, start_response)  # type: ignore[no-any-return]  # WebOb

    def _gone(self) -> Response:
        registry = self._watch.registry
        return nothing(Asked(self._watch.environ, registry, None, registry.mserve_policy))

    def _settle(self) -> None:
        """Waits; where the database is away what was known stays said. Raises NotThere."""
        end = time.monotonic() + self._seconds
        with self._watch as watch:
            while True:
                left = end - time.monotonic()
                seen = see(watch)
                if seen is not None:
                    self._say(seen.document)
                if seen is not None and seen.ended:
                    self.status_int = 200
                    return
                if left <= 0 or not watch.rest(left):
                    return
