"""Trying: what a condition, or a whole workflow, would do with a file; nothing runs."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from mserve.errors import BadInput, MserveError
from mserve.resources.profile import Profile, TaskSet, TaskSpec, Workflow
from mserve.tasks.condition import Condition
from mserve.tasks.explain import explain, of_file
from mserve.views.api.explain import NEW, file_at
from mserve.views.html.listings import path_between
from mserve.views.html.template import may

MANY = 20  # files that are offered


class Said(NamedTuple):
    """Of a condition: what is wrong with it; of a file: whether the task runs on it, and why.

    `runs` is None where nothing is known.
    """

    fault: str = ""
    runs: bool | None = None
    why: str = ""


def condition(request: Any, profile: Profile, workflow: str, spec: Any, path: str) -> Said:
    """What is to be said of the condition of a task's document, and of the file at `path`."""
    try:
        Condition.parse(spec["condition"])
    except BadInput as fault:
        return Said(fault=str(fault))
    if not path.strip():
        return Said()
    service = profile.__parent__ if profile.__parent__.type == "service" else NEW
    one = TaskSpec(spec["task"], spec["name"], {}, spec["condition"])
    try:
        about = of_file(file_at(service, path.strip()))
    except MserveError as fault:
        return Said(why=str(fault))
    [[found]] = explain(Workflow((TaskSet("", (one,)),)), workflow, service, about)
    return Said(runs=found.runs, why=found.why)


def files(request: Any, node: Any) -> Iterator[str]:
    """Paths of some files of a service to try it on: those on which jobs have run last."""
    if node.type != "service" or not may(request, "view", node):
        return
    jobs = (job for _, job in node.page_jobs(MANY) if job.mfile is not None)
    found = {job.mfile.id: job.mfile for job in jobs if job.mfile.in_tree}
    for mfile in found.values():
        yield "/".join(path_between(mfile, node))
