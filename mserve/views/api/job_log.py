"""REST of a job's log: what its tasks have said, at `…/-/jobs/<id>/log`."""

from collections.abc import Mapping
from typing import Any

from pyramid.response import Response

from mserve.errors import BadInput, Missing
from mserve.resources.job_parts import Log
from mserve.resources.roles import Permission
from mserve.resources.run import Run
from mserve.views import paging
from mserve.views.config import rest
from mserve.views.follow.seen import said
from mserve.views.html.headers import guard_document

LINES = 100_000
"""The most that `tail` may ask for."""


@rest(context=Log, method="GET", permission=Permission.VIEW, gives="Text",
      query=("run", "tail"))  # fmt: skip
def log(context: Log, request: Any) -> Response:
    """What the job's tasks have said, attempt by attempt, as text; with `run` that of one task,
    with `tail` its last lines. Of tasks that run there is the end of what they have said so far."""
    running = said(request.queues, context.job)
    text = "\n".join(told(context, running, request.GET.get("run"), _tail(request))) + "\n"
    answer = Response(text, content_type="text/plain", charset="utf-8")
    guard_document(answer.headers)
    return answer


def told(
    log: Log, running: Mapping[str, str], place: str | None = None, tail: int | None = None
) -> list[str]:
    """Lines of the log, of the task `<set>-<task>` alone where one is named. Raises Missing.

    running: what running tasks have said so far, by run id.
    """
    one = None if place is None else log.job.run(place)
    if place is not None and one is None:
        raise Missing(f"no task of this job has begun at run={place:.40}")
    runs = log.job.all_runs() if one is None else (one,)
    parts = [*log.lines(place), *(_so_far(each, running) for each in runs if each.id in running)]
    lines = "\n".join(parts).split("\n")
    return lines if tail is None else lines[-tail:]


def _so_far(run: Run, running: Mapping[str, str]) -> str:
    return f"== {run.spec.name}, attempt {run.attempt}: {run.state}\n{running[run.id]}"


def _tail(request: Any) -> int | None:
    """The number of lines that the query asks for; raises BadInput."""
    text = request.GET.get("tail")
    if text is not None and not (paging.number_like(text) and 0 < int(text) <= LINES):
        raise BadInput(f"tail={text:.30} should be a whole number of lines from 1 to {LINES}")
    return None if text is None else int(text)
