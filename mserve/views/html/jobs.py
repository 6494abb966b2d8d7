"""Pages of jobs: one job as a picture of its sets and tasks, and lists of jobs, newest first."""

from collections.abc import Iterator
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from mserve.resources.facets import Jobs
from mserve.resources.job import Job
from mserve.resources.job_parts import Log
from mserve.resources.roles import Permission
from mserve.resources.run import DONE
from mserve.tasks import steering
from mserve.views import job_json, job_query
from mserve.views.api.job_log import told
from mserve.views.api.outputs import landing
from mserve.views.config import page
from mserve.views.follow.seen import may_read_log, progress, said
from mserve.views.html.advice import advice
from mserve.views.html.flash import Undo, flash
from mserve.views.html.forms import form
from mserve.views.html.languages import _
from mserve.views.urls import facet_url, url

SHOWN = 10  # jobs on the page of a file
TAIL = 200  # lines of a task's log on the page of its job


@page(context=Job, permission=Permission.VIEW, template="job.jinja2")
def job(context: Job, request: Any) -> dict[str, Any]:
    """A job as it is now; a script follows it until it has ended."""
    running, log = progress(request.queues, context), may_read_log(request, context)
    return {
        "job": job_json.job(request, context, running),
        "running": running,
        "node": context.__parent__,
        "actions": [*actions(context)],
        "logs": {
            run.id: told(Log(context), {}, place(run), TAIL) if log else []
            for run in context.all_runs()
        },
        "said": said(request.queues, context) if log else {},
        "may_read_log": log,
        "advice": advice,
        "landing": landing(context, request),
    }


def place(run: Any) -> str:
    """`<set>-<task>` of a task run."""
    return str(run.id.partition("-")[2])


def actions(job: Job) -> Iterator[tuple[str, str]]:
    """What can be done with a job as it is, each with the words of its button."""
    if job.outcome is None:
        yield "cancel", _("Cancel")
    elif job.failures or job.outcome != DONE:
        yield "retry", _("Retry what failed")
    yield "again", _("Run again")


@form(context=Job, do="cancel", permission=Permission.PROCESS)
def cancel(context: Job, request: Any) -> Response:
    """Ends the job, and what of it runs."""
    steering.stop(request.site, context)
    return flash(request, shown(request, context), "cancelled", context.name)


@form(context=Job, do="retry", permission=Permission.PROCESS)
def retry(context: Job, request: Any) -> Response:
    """Has what failed done once more."""
    steering.retry(request.site, context)
    return flash(request, shown(request, context), "retried", context.name)


@form(context=Job, do="again", permission=Permission.PROCESS)
def again(context: Job, request: Any) -> Response:
    """Starts another job like it."""
    job = steering.run_again(context)
    return begun(request, shown(request, job), job)


def begun(request: Any, answer: Response, job: Job) -> Response:
    """Tells on the page that the answer leads to that a job has begun, which can be cancelled."""
    at = facet_url(request, job.__parent__, "jobs", job.id)
    return flash(request, answer, "begun", job.name, Undo("cancel", at))


def shown(request: Any, job: Job) -> Response:
    """Leads on to the job's page."""
    return HTTPSeeOther(facet_url(request, job.__parent__, "jobs", job.id))


@page(context=Jobs, permission=Permission.VIEW, template="jobs.jinja2")
def jobs(context: Jobs, request: Any) -> dict[str, Any]:
    """A page of the jobs of a file, folder or service, filtered as is asked for."""
    found, more = job_query.page(request, context)
    return {
        "jobs": [titled(request, each) for each in found],
        "next": more,
        "cursor": request.GET.get("cursor"),
        "node": context.node,
        "here": facet_url(request, context.node, "jobs"),
        "asked": {name: request.GET.get(name, "") for name in job_query.FILTERS},
        "states": [*job_query.STATES],
        "tasks": sorted(request.tasks),
    }


def recent(request: Any, mfile: Any) -> dict[str, Any]:
    """The newest jobs of a file, and the URL of all where there are more."""
    found = mfile.page_jobs(SHOWN + 1)
    jobs = [job_json.job(request, each) for __, each in found[:SHOWN]]
    more = url(request, mfile, "-", "jobs") if len(found) > SHOWN else None
    return {"jobs": jobs, "more_jobs": more}


def titled(request: Any, job: Job) -> dict[str, Any]:
    """A job and the name of its file, or of the service; `tag` changes when its line does."""
    shown = job_json.job(request, job)
    tag = f"{shown['state']} {shown['percent']} {shown['ended']}"
    return {**shown, "file": job.node.__name__, "tag": tag}
