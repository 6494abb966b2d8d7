"""Files are made of what tasks have made: by itself, as a task's spec says, or by hand.

The content is shared, so that no byte is copied. What is made by itself starts the workflows of a
file that came in if it is the work of one task on an uploaded file; what is made of such a file in
turn starts none, so that no workflow goes round for ever.
"""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from mserve.errors import Conflict, MserveError
from mserve.ingest.landing import found, locate, put
from mserve.ingest.naming import Naming
from mserve.ingest.store import Stored, supersede
from mserve.resources import clock
from mserve.resources.job import Job
from mserve.resources.mfile import Mfile
from mserve.resources.profile import TaskSpec
from mserve.resources.provenance import Remake, depth_of
from mserve.resources.run import DONE, JobOutput, TaskRun
from mserve.tasks import steering

DEEPEST = 1  # tasks since an upload, for a file that starts workflows by itself


def store_outputs(site: Any, run_id: str) -> None:
    """Makes files of the outputs of a task run that has just ended, where it should.

    Raises Conflict where a file was to be made again of an output that did not come.
    """
    run = site.run(run_id)
    if run.state == DONE and run.job.in_tree:
        if run.job.remakes is not None:
            _remake(site, run)
        elif run.spec.mfile:
            _store_all(run)


def _store_all(run: TaskRun) -> None:
    """Each output becomes a file, or says why it did not."""
    naming, taken = Naming(run.spec.mfile), set[str]()
    outputs = []
    for output in run.outputs:
        try:
            stored = _store(run, naming, output, taken)
            taken.add(stored.mfile.id)
            outputs.append(replace(output, mfile=stored.mfile.id))
        except MserveError as fault:
            outputs.append(replace(output, fault=str(fault)))
    run.outputs = tuple(outputs)


def _store(run: TaskRun, naming: Naming, output: JobOutput, taken: set[str]) -> Stored:
    """Raises BadInput, NameTaken or Conflict before anything is changed."""
    job = run.job
    start = job.service if naming.rooted or job.mfile is None else job.mfile.__parent__
    target = locate(start, naming.fill(places(job, output)))
    there = found(target)
    if there is not None and there is job.mfile:
        raise Conflict("the file that it was made of is called so, and is not replaced by it")
    if there is not None and there.id in taken:
        raise Conflict(
            f"another output has become {there.__name__!r}; a path with {{output}} helps"
        )
    return put(target, output, process=depth_of(output.content) <= DEEPEST)


def places(job: Job, output: JobOutput) -> dict[str, str]:
    """What the places of a path are filled with."""
    name = output.name if job.mfile is None else str(job.mfile.__name__)
    day = datetime.fromtimestamp(job.created // clock.SECOND, UTC)
    stem = PurePosixPath(name).stem
    return {"name": name, "stem": stem, "output": output.name, "date": f"{day:%Y-%m-%d}"}


def make_again(mfile: Mfile, source: Mfile) -> Job:
    """A job of the task that made the file, on `source` as it is now; its output replaces it.

    Raises Conflict where no task made the file.
    """
    origin = mfile.content.origin
    if origin is None:
        raise Conflict("the file was not made by a task, so that it cannot be made again")
    job = steering.start_task(source, TaskSpec(origin.task, origin.task, dict(origin.arguments)))
    job.remakes = Remake(mfile.id, mfile.version, origin.output)
    return job


def _remake(site: Any, run: TaskRun) -> None:
    """The file that the job is for gets its output as content, if it is what it was."""
    remakes = run.job.remakes
    assert remakes is not None
    output = _again(run, remakes.output)
    mfile = site.ids.get(remakes.mfile)
    try:
        if mfile is None or not mfile.in_tree:
            raise Conflict("the file that was to be made again is not there any more")
        if mfile.version != remakes.version:
            raise Conflict("the file has got other content meanwhile, which was left as it is")
        supersede(mfile, output.content, output.mimetype, depth_of(output.content) <= DEEPEST)
        made = replace(output, mfile=mfile.id)
    except MserveError as fault:
        made = replace(output, fault=str(fault))
    run.outputs = tuple(made if each is output else each for each in run.outputs)


def _again(run: TaskRun, name: str) -> JobOutput:
    """The output of that name, or the only one; raises Conflict."""
    named = [each for each in run.outputs if each.name == name] or [*run.outputs]
    if len(named) != 1:
        raise Conflict(f"the task did not make an output {name!r} this time")
    return named[0]
