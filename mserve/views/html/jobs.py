"""Pages of jobs: one job with its sets and tasks, and those of a file or service, newest first."""

from collections.abc import Iterator
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from mserve.resources.facets import Jobs
from mserve.resources.job import Job
from mserve.resources.roles import Permission
from mserve.resources.run import DONE
from mserve.tasks import steering
from mserve.views import job_json, paging
from mserve.views.config import page
from mserve.views.html.forms import form
from mserve.views.urls import facet_url, url

SHOWN = 10  # jobs on the page of a file


@page(context=Job, permission=Permission.VIEW, template="job.jinja2")
def job(context: Job, request: Any) -> dict[str, Any]:
    """A job as it is now; a script asks on until it has ended."""
    return {
        "job": job_json.job(request, context),
        "node": context.__parent__,
        "actions": [*actions(context)],
    }


def actions(job: Job) -> Iterator[tuple[str, str]]:
    """What can be done with a job as it is, each with the words of its button."""
    if job.outcome is None:
        yield "cancel", "Cancel"
    elif job.failures or job.outcome != DONE:
        yield "retry", "Retry what failed"
    yield "again", "Run again"


@form(context=Job, do="cancel", permission=Permission.PROCESS)
def cancel(context: Job, request: Any) -> Response:
    """Ends the job, and what of it runs."""
    steering.stop(request.site, context)
    return shown(request, context)


@form(context=Job, do="retry", permission=Permission.PROCESS)
def retry(context: Job, request: Any) -> Response:
    """Has what failed done once more."""
    steering.retry(request.site, context)
    return shown(request, context)


@form(context=Job, do="again", permission=Permission.PROCESS)
def again(context: Job, request: Any) -> Response:
    """Starts another job like it."""
    return shown(request, steering.run_again(context))


def shown(request: Any, job: Job) -> Response:
    """Leads on to the job's page."""
    return HTTPSeeOther(facet_url(request, job.__parent__, "jobs", job.id))


@page(context=Jobs, permission=Permission.VIEW, template="jobs.jinja2")
def jobs(context: Jobs, request: Any) -> dict[str, Any]:
    """A page of the jobs of a file or service."""
    limit, after = paging.asked(request)
    found = context.node.page_jobs(limit + 1, after)
    items = [titled(request, each) for _, each in found[:limit]]
    listed = paging.page(request, context, items, found, limit)
    return {"jobs": items, "next": listed["next"], "cursor": after, "node": context.node}


def recent(request: Any, mfile: Any) -> dict[str, Any]:
    """The newest jobs of a file, and the URL of all where there are more."""
    found = mfile.page_jobs(SHOWN + 1)
    jobs = [job_json.job(request, each) for _, each in found[:SHOWN]]
    more = url(request, mfile, "-", "jobs") if len(found) > SHOWN else None
    return {"jobs": jobs, "more_jobs": more}


def titled(request: Any, job: Job) -> dict[str, Any]:
    """A job and the name of its file, or of the service."""
    return {**job_json.job(request, job), "file": job.node.__name__}
