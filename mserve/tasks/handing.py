"""Handing: what a worker is given of a task run that it takes."""

from typing import Any

from mserve.resources import clock
from mserve.resources.run import TaskRun
from mserve.tasks import facts
from mserve.tasks.claim import Claim, Taker
from mserve.tasks.doors import open_door


def of(run: TaskRun, taker: Taker, *, at_once: bool = False) -> Claim:
    """The claim of `taker` on the run; `at_once`: it is written down as the run ends."""
    job, seconds = run.job, taker.linked(run.spec)
    return Claim(
        run_id=run.id,
        attempt=run.attempt,
        job_id=job.id,
        task=run.spec.task,
        arguments=dict(run.spec.arguments),
        secret=None if seconds is None or job.mfile is None else open_door(run, seconds),
        worker=taker.worker if at_once else None,
        taken=clock.now(),
        **({} if job.content is None else _file(job.mfile, job.content)),
    )


def _file(mfile: Any, content: Any) -> dict[str, Any]:
    return {
        "name": mfile.__name__,
        "mimetype": facts.of_content(mfile, content)["mimetype"],
        "size": content.size,
        "metadata": dict(mfile.metadata),
        "sha256": content.sha256,
        "blob": content.path if content.here else None,
    }
