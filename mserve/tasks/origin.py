"""What the outputs of a task run tell of where they come from."""

from collections.abc import Mapping
from dataclasses import replace

from mserve.resources import clock
from mserve.resources.content import Content
from mserve.resources.job import Job
from mserve.resources.provenance import Input, Origin, depth_of
from mserve.resources.run import TaskRun


def origin_of(run: TaskRun, output: str, tools: Mapping[str, str]) -> Origin:
    """How the output of that name came to be, in a run that has just ended."""
    ended = run.ended or clock.now()
    return Origin(
        run=run.id,
        output=output,
        task=run.spec.task,
        arguments=dict(run.spec.arguments),
        inputs=inputs_of(run.job),
        tools=dict(tools),
        worker=run.worker,
        started=run.started or ended,
        ended=ended,
        depth=1 + (depth_of(run.job.content) if run.job.content else 0),
    )


def thumbnail_origin(content: Content, task: str, tools: Mapping[str, str]) -> Origin:
    """How the thumbnail of an output came to be, which the same worker made right after it."""
    made = content.origin
    assert made is not None
    return replace(
        made,
        run=f"{made.run}-{task}-{made.output}",
        output=task,
        task=task,
        arguments={},
        inputs=(Input(None, made.output, content.sha256),),
        tools=dict(tools),
        depth=made.depth + 1,
    )


def inputs_of(job: Job) -> tuple[Input, ...]:
    """What a job's tasks read; nothing where it ran on no file."""
    if job.mfile is None or job.sha256 is None:
        return ()
    return (Input(job.mfile.id, str(job.mfile.__name__), job.sha256),)
