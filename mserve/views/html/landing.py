"""The page on which a job's output is made a file: in which folder, and called how."""

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from mserve.resources.job_parts import OutputMfile
from mserve.resources.roles import Permission
from mserve.views.api.outputs import check_way, is_conflict, landing, make
from mserve.views.config import page
from mserve.views.html.asked import further
from mserve.views.html.flash import flash
from mserve.views.html.forms import field, form
from mserve.views.html.walking import own_path, top, walk
from mserve.views.urls import facet_url, url


@page(context=OutputMfile, permission=Permission.RENDITIONS, template="landing.jinja2")
def show(context: OutputMfile, request: Any) -> dict[str, Any]:
    """Walks through the folders of the client's own root, from that of the job's file on."""
    view = context.__parent__
    job, asked = view.__parent__.job, request.GET
    here = facet_url(request, job.__parent__, "jobs", job.id, "outputs", view.__name__, "mfile")
    root = top(request, job.__parent__)
    beside = (landing(job, request) or "").removeprefix(own_path(request, root)).strip("/")
    walked = walk(request, root, asked.get("at", beside), asked.get("find", "").strip())
    return {
        "node": job.__parent__,
        "job": job,
        "job_url": facet_url(request, job.__parent__, "jobs", job.id),
        "output": context.output,
        "here": here,
        "walked": walked,
        "path": own_path(request, root, f"{walked.at}/{view.output.name}".lstrip("/")),
        "step": lambda **where: further(here, where),
    }


@form(context=OutputMfile, do="make", permission=Permission.RENDITIONS)
def make_file(context: OutputMfile, request: Any) -> Response:
    """Makes a file of the output at the form's `path`; leads on to it."""
    way = check_way(field(request, "path"))
    stored = make(context, request, way, is_conflict(field(request, "conflict")))
    onward = HTTPSeeOther(url(request, stored.mfile))
    return flash(request, onward, "file", str(stored.mfile.__name__))
