"""REST of jobs: started by hand, watched, and their outputs fetched, at `…/-/jobs`."""

from typing import Any

from mserve.errors import BadInput, Conflict
from mserve.resources.facets import Jobs
from mserve.resources.job import Job
from mserve.resources.profile import TaskSpec, Workflow
from mserve.resources.roles import Permission
from mserve.tasks import retrieval, steering
from mserve.views import job_json, job_query
from mserve.views.body import Fields, document, mapping, text
from mserve.views.config import created, rest
from mserve.views.follow.seen import progress
from mserve.views.follow.waited import QUERY, asked, waited
from mserve.views.profiles import queue, task
from mserve.views.schedules import file_needed, find_files_needed

WAY_OUT = "POST to /-/jobs of a file"


@rest(context=Jobs, method="GET", permission=Permission.VIEW, gives="Jobs", query=job_query.QUERY)
def listing(context: Jobs, request: Any) -> Any:
    """A page of the jobs of a file, a folder with all below it, or a service, newest first.

    A page may hold fewer than `limit`, even none, where `next` leads to more.
    """
    found, more = job_query.page(request, context)
    return {"items": [job_json.job(request, job) for job in found], "next": more, "total": None}


@rest(context=Job, method="GET", permission=Permission.VIEW, gives="Job", query=QUERY)
def show(context: Job, request: Any) -> Any:
    """A job with its sets and tasks as they are now, or with `?wait=` when it has ended."""
    shown = job_json.job(request, context, progress(request.queues, context))
    return waited(request, context, shown)


@rest(context=Jobs, method="POST", permission=Permission.PROCESS,
      takes="NewJob", gives={200: "Job", 202: "Job"}, query=QUERY)  # fmt: skip
def start(context: Jobs, request: Any) -> Any:
    """Runs now: `{"workflow": name, "queue"?}` or `{"task": name, "arguments"?, "queue"?}`.

    202; or with `?wait=` 200, where the job has ended meanwhile. Of a service only what needs no
    file can be run, and of a folder nothing.
    """
    node = context.node
    need_file_or_service(node)
    fields = Fields(document(request))
    workflow = fields.take("workflow", text)
    if (workflow is None) == (fields.rest.get("task") is None):
        raise BadInput('name either a "workflow" or a "task"')
    if workflow is not None:
        job = _start_workflow(node, workflow, fields, request)
    else:
        job = _start_task(node, fields, request)
    return accepted(request, job)


def need_file_or_service(node: Any) -> None:
    """Raises Conflict where a job cannot be of the node."""
    if node.type == "folder":
        raise Conflict(
            "a job is of a file or a service; a round runs a workflow on all files of a folder: "
            "POST to /-/rounds of the service"
        )


def accepted(request: Any, job: Job) -> Any:
    """Answers 202 with a job that has begun, and where it is; or waits for its end."""
    answer = job_json.job(request, job)
    created(request, answer, answer["url"])
    request.response.status_int = 202
    return waited(request, job, answer)


def _start_workflow(node: Any, workflow: str, fields: Fields, request: Any) -> Job:
    where = fields.take("queue", queue(request.settings))
    if node.type == "service":
        found = node.profiles[node.profile].workflows.get(workflow, Workflow())
        for place, fault in find_files_needed(found, request.tasks):
            fields.faults.append(("/workflow", f"{place} {fault}; {WAY_OUT}"))
    fields.end()
    job = steering.start(node, workflow, where)
    if job is None:
        raise BadInput(f"the workflow {workflow!r} has no tasks")
    return job


def _start_task(node: Any, fields: Fields, request: Any) -> Job:
    name = fields.need("task", task(request.tasks))
    arguments = fields.take("arguments", mapping, {})
    where = fields.take("queue", queue(request.settings))
    if name is not None and arguments is not None:
        faults = request.tasks[name].check(arguments)
        fields.faults += [("/arguments", fault) for fault in faults]
    spec = TaskSpec(name, name, arguments, queue=where)
    if node.type == "service":
        fields.faults += [
            (at, f"{fault}; {WAY_OUT}") for at, fault in file_needed(spec, request.tasks)
        ]
    fields.end()
    return retrieval.note(steering.start_task(node, spec))


@rest(context=Job, method="POST", permission=Permission.PROCESS,
      takes="JobAction", gives={200: "Job", 202: "Job"}, query=QUERY)  # fmt: skip
def steer(context: Job, request: Any) -> Any:
    """Stops the job, retries it or runs it again: `{"action": "cancel"}`, `retry` or `again`.

    `cancel` ends what of it runs, too; `retry` has what failed done once more; `again` starts
    another job like it, on the file as it is now, and waits for it with `?wait=`.
    """
    asked(request)
    fields = Fields(document(request))
    action = fields.need("action", _is_action)
    fields.end()
    if action == "again":
        return accepted(request, steering.run_again(context))
    {"cancel": steering.stop, "retry": steering.retry}[action](request.site, context)
    return job_json.job(request, context)


def _is_action(value: Any) -> str:
    if value not in ("cancel", "retry", "again"):
        raise BadInput('should be "cancel", "retry" or "again"')
    return str(value)
