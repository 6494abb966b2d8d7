"""Entity tags of usage: by them who polls is told that nothing was reported, without any sums.

They are weak (RFC 9110, 8.8.1): what grows by the clock alone, the integral of a rate, does not
change them, since who has an answer can tell it for any time from `rate` and `rateTime`.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from pyramid.response import Response

from mserve.errors import PreconditionFailed
from mserve.resources import clock, totals
from mserve.resources.period import Grain, number_of
from mserve.resources.signature import entries_of
from mserve.views.content.conditional import matches
from mserve.views.html.headers import VARIES

TIMED = {grain.label: Grain.HOUR for grain in Grain} | {Grain.STEP.label: Grain.STEP}
"""With the period of which an answer that is told apart so changes."""


def state_of(site: Any, id: str, node: Any = None) -> tuple[Any, ...]:
    """What is another after each report: of a node as totals.py says it, of who pays the number of
    entries that there ever were, be they booked or not.
    """
    if node is not None:
        return totals.state_of(node)
    pending = sum(1 for _ in site.journal.about(bytes.fromhex(id)))
    return (pending + entries_of(site.series.told(id)),)


def of_query(request: Any, id: str, node: Any = None) -> tuple[Any, ...]:
    """The same of what a query asks for: an answer by times has one more now and then."""
    query = request.GET
    grain = TIMED.get(query.get("group")) or (Grain.HOUR if {"from", "to"} & {*query} else None)
    period = None if grain is None else number_of(grain, clock.now())
    kept = sorted(request.site.series.kept_from.items())
    return (*state_of(request.site, id, node), kept, period)


def tagged(request: Any, state: object, make: Callable[[], Any]) -> Any:
    """What `make` answers, with the tag of `state`; or 304, where the client has that.

    Raises PreconditionFailed for If-Match, which a weak tag never fulfils.
    """
    asked = sorted(request.GET.items())
    tag = sha256(repr((state, asked)).encode()).hexdigest()[:32]
    field = {"ETag": f'W/"{tag}"', "Cache-Control": "private, no-cache", **VARIES}
    if request.headers.get("If-Match", "*").strip() != "*":
        raise PreconditionFailed("the entity tags of usage are weak: If-Match never holds")
    known = request.headers.get("If-None-Match", "")
    if known.strip() == "*":
        make()  # so that what cannot be asked for is told
    if matches(known, tag, weak=True):
        return request.answer(304, field)
    made = make()
    answer = made if isinstance(made, Response) else request.response
    answer.headers.update(field)
    return made
