"""Which jobs a listing is asked for: of a state, with a task, of a workflow, between two times."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from mserve.errors import BadInput
from mserve.resources import clock
from mserve.resources.job import Job
from mserve.resources.job_pages import OPEN, Wanted
from mserve.resources.job_pages import page as find
from mserve.resources.run import CANCELLED, DONE, DUE, FAILED, RUNNING
from mserve.views import paging
from mserve.views.urls import url

STATES: Mapping[str, frozenset[str]] = {
    "open": OPEN,
    **{each: frozenset({each}) for each in (DUE, RUNNING, DONE, FAILED, CANCELLED)},
}
"""What `state` may say; `open`: what has not ended."""
FILTERS = ("state", "task", "workflow", "since", "until")
QUERY = (*FILTERS, *paging.QUERY)


def wanted(request: Any) -> Wanted:
    """What the query asks for; a form's empty fields ask for nothing. Raises BadInput."""
    told = {name: request.GET.get(name) for name in FILTERS}
    if request.door == "html":
        told = {name: text or None for name, text in told.items()}
    state = told["state"]
    if state is not None and state not in STATES:
        raise BadInput(f"state={state:.40}: should be one of: {', '.join(STATES)}")
    return Wanted(
        states=None if state is None else STATES[state],
        task=told["task"],
        workflow=told["workflow"],
        since=_moment(request, told, "since"),
        until=_moment(request, told, "until"),
    )


def _moment(request: Any, told: Mapping[str, str | None], name: str) -> int | None:
    read = moment if request.door == "html" else clock.parse
    return None if (text := told[name]) is None else checked(name, text, read)


def checked(name: str, text: str, read: Callable[[str], Any]) -> Any:
    """What `read` makes of the parameter; raises BadInput that names it."""
    try:
        return read(text)
    except BadInput as fault:
        raise BadInput(f"{name}={text:.40}: {fault}") from None


def moment(text: str) -> int:
    """A time in µs; one without a zone, as fields of pages have it, is of UTC. Raises BadInput."""
    zoned = text.endswith(("Z", "z")) or "+" in text or text.count("-") > 2
    return clock.parse(text if zoned else f"{text}Z")


def page(request: Any, context: Any) -> tuple[list[Job], str | None]:
    """The jobs of a page, and the URL of the next one."""
    limit, after = paging.asked(request)
    found, more = find(context.node, wanted(request), limit, after)
    kept = [(name, request.GET[name]) for name in FILTERS if request.GET.get(name)]
    again = urlencode([*kept, ("limit", limit), ("cursor", more)])
    return found, more and f"{url(request, context)}?{again}"
