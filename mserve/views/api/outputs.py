"""REST of a job's outputs: their bytes, their thumbnails, and files that are made of them."""

from dataclasses import replace
from typing import Any

from pyramid.response import Response

from mserve.errors import BadInput, Missing, Refused
from mserve.ingest.landing import CONFLICTS, Target, found, locate, put
from mserve.ingest.store import Stored
from mserve.resources.job import Job
from mserve.resources.job_parts import OutputMfile, OutputThumbnail, OutputView
from mserve.resources.mfile import Mfile
from mserve.resources.names import check_path
from mserve.resources.roles import Permission
from mserve.tasks.thumbnails import NAME as THUMBNAIL
from mserve.views.api.files import stored_json
from mserve.views.body import Fields, document, text
from mserve.views.bytes import serve
from mserve.views.config import created, rest
from mserve.views.urls import url


@rest(context=OutputView, method="GET", permission=Permission.RENDITIONS, gives="Bytes")
def output(context: OutputView, request: Any) -> Response:
    """The bytes of one output."""
    made = context.output
    return serve(request, made.content, made.mimetype, made.name, made.content.created)


@rest(context=OutputThumbnail, method="GET", permission=Permission.RENDITIONS, gives="Bytes")
def thumbnail(context: OutputThumbnail, request: Any) -> Response:
    """A small picture of an output, where there is one."""
    small = context.output.content.renditions.get(THUMBNAIL)
    if small is None:
        raise Missing(
            "there is no thumbnail of this output: it is no picture, or none that is read"
        )
    label = f"{context.output.name}.{THUMBNAIL}"
    return serve(request, small.content, small.mimetype, label, small.content.created)


@rest(context=OutputMfile, method="POST", permission=Permission.RENDITIONS,
      takes=("NewMfile", None), gives={200: "Stored", 201: "Stored"})  # fmt: skip
def make_file(context: OutputMfile, request: Any) -> Any:
    """Makes a file of an output: `{"path"?, "conflict"?: "fail" | "replace" | "rename"}`.

    Without a path it lies beside the job's file, and is called as the output is. It costs no bytes
    on the disk, and starts workflows as an upload does.
    """
    told = request.content_length or "Transfer-Encoding" in request.headers
    fields = Fields(document(request) if told else {})
    path = fields.take("path", check_way)
    conflict = fields.take("conflict", is_conflict, CONFLICTS[0])
    fields.end()
    stored = make(context, request, path, conflict)
    answer = stored_json(request, stored)
    return created(request, answer, url(request, stored.mfile)) if stored.created else answer


def make(context: OutputMfile, request: Any, path: tuple[str, ...] | None, conflict: str) -> Stored:
    """Makes the file at `path` below the client's own root. Raises NameTaken, Refused."""
    target = _target(context, request, path)
    _check(request, target, conflict)
    stored = put(target, context.output, conflict)
    _note(context.__parent__, stored.mfile)
    return stored


def check_way(value: Any) -> tuple[str, ...]:
    return check_path(text(value).removeprefix("/"))


def is_conflict(value: Any) -> str:
    if value not in CONFLICTS:
        raise BadInput(f"should be one of: {', '.join(CONFLICTS)}")
    return str(value)


def _target(context: OutputMfile, request: Any, path: tuple[str, ...] | None) -> Target:
    """Where the file is to be: at the path below the client's own root, or beside the job's."""
    if path is not None:
        return locate(request.virtual_root, path)
    return locate(_beside(context.__parent__.__parent__.job), check_path(context.output.name))


def _beside(job: Job) -> Any:
    """The folder of the job's file, or its service."""
    return job.mfile.__parent__ if job.in_tree and job.mfile is not None else job.service


def landing(job: Job, request: Any) -> str | None:
    """The path of that folder below the client's own root, with a slash at its end; None where the
    key may not see or add to it."""
    names: list[str] = []
    for each in _beside(job).lineage():
        if each is request.virtual_root:
            may = request.has_permission(Permission.ADD, _beside(job))
            return "".join(f"{name}/" for name in names) if may else None
        names.insert(0, each.__name__)
    return None


def _check(request: Any, target: Target, conflict: str) -> None:
    """Raises Refused where the key may not put the file there."""
    there = found(target)
    replaced = conflict == "replace" and isinstance(there, Mfile)
    permission, node = (Permission.WRITE, there) if replaced else (Permission.ADD, target[0])
    if not request.has_permission(permission, node):
        raise Refused(f"this key may not {permission} there")


def _note(view: OutputView, mfile: Mfile) -> None:
    """The output says which file was made of it."""
    run, made = view.run, replace(view.output, mfile=mfile.id, fault=None)
    run.outputs = tuple(made if each is view.output else each for each in run.outputs)
