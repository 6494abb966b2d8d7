"""REST of jobs: started by hand, watched, and their outputs fetched, at `…/-/jobs`."""

from typing import Any

from pyramid.response import Response
from redis.exceptions import RedisError

from mserve.errors import BadInput
from mserve.resources.facets import Jobs
from mserve.resources.job import Job
from mserve.resources.job_parts import Log, OutputView
from mserve.resources.profile import TaskSpec
from mserve.resources.roles import Permission
from mserve.resources.run import RUNNING
from mserve.tasks import engine, retrieval, steering
from mserve.views import job_json, paging
from mserve.views.body import Fields, document, mapping, text
from mserve.views.bytes import serve
from mserve.views.config import created, rest
from mserve.views.html.headers import guard_document
from mserve.views.profiles import queue, task


@rest(context=Jobs, method="GET", permission=Permission.VIEW, gives="Jobs", query=paging.QUERY)
def listing(context: Jobs, request: Any) -> Any:
    """A page of the jobs of a file or service, newest first."""
    limit, after = paging.asked(request)
    found = context.node.page_jobs(limit + 1, after)
    items = [job_json.job(request, job) for _, job in found[:limit]]
    return paging.page(request, context, items, found, limit)


@rest(context=Job, method="GET", permission=Permission.VIEW, gives="Job")
def show(context: Job, request: Any) -> Any:
    """A job with its sets and tasks as they are now."""
    return job_json.job(request, context, progress(request, context))


def progress(request: Any, job: Job) -> job_json.Progress:
    """What the job's running tasks say of themselves; nothing where Redis is away."""
    runs = [run.id for run in job.all_runs() if run.state == RUNNING]
    try:
        return request.queues.read_progress(runs) if runs else {}
    except RedisError:
        return {}


@rest(context=Jobs, method="POST", permission=Permission.PROCESS,
      takes="NewJob", gives={202: "Job"})  # fmt: skip
def start(context: Jobs, request: Any) -> Any:
    """Runs now: `{"workflow": name, "queue"?}` or `{"task": name, "arguments"?, "queue"?}`."""
    mfile = context.node
    if mfile.type != "mfile":
        raise BadInput("a job runs on a file: POST to /-/jobs of the file")
    fields = Fields(document(request))
    workflow = fields.take("workflow", text)
    if (workflow is None) == (fields.rest.get("task") is None):
        raise BadInput('name either a "workflow" or a "task"')
    if workflow is not None:
        job = _start_workflow(mfile, workflow, fields, request)
    else:
        job = _start_task(mfile, fields, request)
    return _accepted(request, job)


def _accepted(request: Any, job: Job) -> Any:
    """Answers 202 with a job that has begun, and where it is."""
    answer = job_json.job(request, job)
    created(request, answer, answer["url"])
    request.response.status_int = 202
    return answer


def _start_workflow(mfile: Any, workflow: str, fields: Fields, request: Any) -> Job:
    where = fields.take("queue", queue(request.settings))
    fields.end()
    job = engine.start(mfile, "manual", workflow, where)
    if job is None:
        raise BadInput(f"the workflow {workflow!r} has no tasks")
    return job


def _start_task(mfile: Any, fields: Fields, request: Any) -> Job:
    name = fields.need("task", task(request.tasks))
    arguments = fields.take("arguments", mapping, {})
    where = fields.take("queue", queue(request.settings))
    if name is not None and arguments is not None:
        faults = request.tasks[name].check(arguments)
        fields.faults += [("/arguments", fault) for fault in faults]
    fields.end()
    return retrieval.note(engine.start_task(mfile, TaskSpec(name, name, arguments, queue=where)))


@rest(context=Job, method="POST", permission=Permission.PROCESS,
      takes="JobAction", gives={200: "Job", 202: "Job"})  # fmt: skip
def steer(context: Job, request: Any) -> Any:
    """Stops the job, retries it or runs it again: `{"action": "cancel"}`, `retry` or `again`.

    `cancel` ends what of it runs, too; `retry` has what failed done once more; `again` starts
    another job like it, on the file as it is now.
    """
    fields = Fields(document(request))
    action = fields.need("action", _is_action)
    fields.end()
    if action == "again":
        return _accepted(request, steering.run_again(context))
    {"cancel": steering.stop, "retry": steering.retry}[action](request.site, context)
    return job_json.job(request, context)


def _is_action(value: Any) -> str:
    if value not in ("cancel", "retry", "again"):
        raise BadInput('should be "cancel", "retry" or "again"')
    return str(value)


@rest(context=Log, method="GET", permission=Permission.VIEW, gives="Text")
def log(context: Log, request: Any) -> Response:
    """What the job's tasks have said, attempt by attempt, as text."""
    text = "\n".join(context.lines()) + "\n"
    answer = Response(text, content_type="text/plain", charset="utf-8")
    guard_document(answer.headers)
    return answer


@rest(context=OutputView, method="GET", permission=Permission.RENDITIONS, gives="Bytes")
def output(context: OutputView, request: Any) -> Response:
    """The bytes of one output."""
    made = context.output
    return serve(request, made.content, made.mimetype, made.name, made.content.created)
