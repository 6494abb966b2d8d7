"""Pages of jobs: one job with its sets and tasks, and those of a file or service, newest first."""

from typing import Any

from mserve.resources.facets import Jobs
from mserve.resources.job import Job
from mserve.resources.roles import Permission
from mserve.views import job_json, paging
from mserve.views.config import page
from mserve.views.urls import url

SHOWN = 10  # jobs on the page of a file


@page(context=Job, permission=Permission.VIEW, template="job.jinja2")
def job(context: Job, request: Any) -> dict[str, Any]:
    """A job as it is now; a script asks on until it has ended."""
    return {"job": job_json.job(request, context), "node": context.__parent__}


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
    """A job and the name of its file."""
    return {**job_json.job(request, job), "file": job.mfile.__name__}
