"""REST of following: what happens to a job, to the jobs of a file or service, or to usage."""

from collections.abc import Iterator
from typing import Any

from pyramid.response import Response

from mserve.resources.job_parts import JobEvents, JobsEvents
from mserve.resources.roles import Permission
from mserve.resources.usage_facets import UsageEvents
from mserve.views.config import no_content, rest
from mserve.views.content.throttle import Stream as Body
from mserve.views.follow.listed import JobsWatch, Listed
from mserve.views.follow.looks import kept
from mserve.views.follow.seats import busy, seat
from mserve.views.follow.stream import END, Stream
from mserve.views.follow.used import GAP, UsageWatch, Used
from mserve.views.follow.watch import Watch
from mserve.views.html.headers import guard_document


@rest(context=JobEvents, method="GET", permission=Permission.VIEW,
      gives={200: "Events", 204: None})  # fmt: skip
def of_job(context: JobEvents, request: Any) -> Response:
    """A job as it is, and each change of it as it comes, as Server-Sent Events, until it has ended.

    `job` has the job's JSON, `progress` how far its tasks are, `end` is the last event. Who comes
    again with `Last-Event-ID: end` is answered 204 where nothing has begun since.
    """
    job = context.job
    if request.headers.get("Last-Event-ID") == END and job.outcome is not None:
        return no_content()
    watch = Watch(request.registry, kept(request.environ), job.id)
    return _stream(request, Stream(watch).blocks())


@rest(context=JobsEvents, method="GET", permission=Permission.VIEW, gives="Events")
def of_jobs(context: JobsEvents, request: Any) -> Response:
    """Which jobs of a file, folder or service have changed, as Server-Sent Events, without an end.

    Each event `job` has `id`, `url`, `name`, `state` and `percent`; first come those of the newest
    that have not ended.
    """
    watch = JobsWatch(request.registry, kept(request.environ), context.node)
    return _stream(request, Listed(watch).blocks())


@rest(context=UsageEvents, method="GET", permission=Permission.USAGE, gives="Events")
def of_usage(context: UsageEvents, request: Any) -> Response:
    """What a place and all below it have used, as it changes, as Server-Sent Events, without an
    end.

    `usage` has in `items` a report of each metric, as `usage` has it: first of all, then of those
    that have changed, once a second at most. Who comes again with its `Last-Event-ID` is told what
    has changed since.
    """
    watch = UsageWatch(request.registry, kept(request.environ), context.node.id, GAP)
    return _stream(request, Used(watch, request.headers.get("Last-Event-ID")).blocks())


def _stream(request: Any, blocks: Iterator[bytes]) -> Response:
    response = Response(headerlist=[("Content-Type", "text/event-stream")])
    guard_document(response.headers)
    response.headers["X-Accel-Buffering"] = "no"
    if request.method == "HEAD":
        return response
    found = seat(request)
    if found is None:
        return busy(request)
    response.app_iter = Body(blocks, found)
    return response
