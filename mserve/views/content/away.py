"""Content that is in the archive: a GET answers 202, and has it brought back; HEAD only tells."""

import json
from typing import Any

from pyramid.renderers import render
from pyramid.response import Response

from mserve.errors import Away
from mserve.resources.content import Content
from mserve.resources.job import Job
from mserve.resources.run import FAILED
from mserve.tasks import retrieval
from mserve.views.bytes import serve
from mserve.views.problems import problem
from mserve.views.urls import facet_url

SPEED = 50_000_000  # bytes per second, by which the time of a retrieval is guessed
SOONEST, LATEST = 2, 300  # seconds


def deliver(
    request: Any, mfile: Any, content: Content, mimetype: str, name: str, modified: int
) -> Any:
    """The bytes of `content`, which `mfile` has or had, as `serve` gives them; or that they come.

    In the express lane nothing can be started: there Away goes on, and leaves it to Pyramid.
    """
    try:
        return serve(request, content, mimetype, name, modified)
    except Away:
        if request.express:
            raise
    return _promised(request, mfile, content)


def _promised(request: Any, mfile: Any, content: Content) -> Response:
    if request.method == "HEAD":
        return _accepted(request, content, None)
    job = retrieval.retrieve(mfile, content)
    if job.outcome == FAILED:
        return _failed(request, job)
    own = job.mfile is mfile  # else it is that of another file with the same content
    return _accepted(request, content, facet_url(request, mfile, "jobs", job.id) if own else None)


def _accepted(request: Any, content: Content, job: str | None) -> Response:
    """202 (RFC 9110, 15.3.3)."""
    detail = "the content is in the archive; it comes back by a job, please ask again then"
    told = {"title": "Accepted", "status": 202, "detail": detail, "stored": "retrieving"}
    if request.door == "html":
        text = render("mserve.views:templates/error.jinja2", told, request)
        answer = Response(text, status=202, content_type="text/html")
    else:
        body = json.dumps({**told, "job": job}).encode()
        answer = Response(body, status=202, content_type="application/json")
    answer.headers["Retry-After"] = str(min(LATEST, SOONEST + content.size // SPEED))
    if job is not None:
        answer.location = job
    return answer


def _failed(request: Any, job: Job) -> Response:
    """503 for a while, before a request starts another retrieval."""
    said = next((run.error for run in job.failures), None)
    detail = f"the content could not be brought back from the archive: {said}"
    answer = problem(request, 503, "retrieval-failed", detail)
    answer.headers["Retry-After"] = str(retrieval.PAUSE // 1_000_000)
    return answer
