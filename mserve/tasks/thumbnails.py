"""Thumbnails of outputs: a worker makes them of pictures, PDFs and films, right after the task.

The tasks `thumbnail` and `video_thumbnail` make them, confined as ever. What goes wrong with one
costs that one alone. A rendition that is small itself needs none.
"""

import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from mserve.resources.spool import Spool
from mserve.tasks.interrupt import Interrupted
from mserve.tasks.outcome import Outcome, Output, Rendition, Returned
from mserve.tasks.source import Source
from mserve.tasks.task import Task
from mserve.tasks.tools import versions

log = logging.getLogger(__name__)

NAME = "thumbnail"
MOST = 8  # outputs of one task that get one
BOX = (420, 256)  # pixels; a rendition that fits in is its own
SECONDS = 60.0
SEGMENTS = frozenset({"video/mp2t", "video/iso.segment"})  # parts of a film
Run = Callable[[float, Callable[[], Outcome]], Outcome]
"""Runs a function, for so many seconds at most."""


class Picture(NamedTuple):
    """A thumbnail and its bytes, the task that made it, and the versions of its tools."""

    rendition: Rendition
    spool: Spool
    task: str
    tools: Mapping[str, str]


def needs_none(output: Output) -> bool:
    """Whether it is small itself, a part of a film, or what the file is anyway."""
    return is_small(output) or output.mimetype in SEGMENTS or isinstance(output, Returned)


def is_small(output: Output) -> bool:
    """Whether the output can be its own thumbnail."""
    if not isinstance(output, Rendition):
        return False
    return output.width <= BOX[0] and output.height <= BOX[1]


def task_for(mimetype: str) -> str | None:
    """The name of the task that makes a thumbnail of such a file, if there is one."""
    if mimetype.startswith("image/") or mimetype == "application/pdf":
        return "thumbnail"
    return "video_thumbnail" if mimetype.startswith("video/") else None


def wanted(outputs: Iterable[Output], tasks: Mapping[str, Task]) -> Iterator[tuple[Output, Task]]:
    """The outputs of which one is to be made, each with the task that makes it."""
    for output in outputs:
        name = task_for(output.mimetype)
        task = None if name is None else tasks.get(name)
        if task is not None and not needs_none(output):
            yield output, task


def make(
    outputs: Iterable[Output], tasks: Mapping[str, Task], scratch: Path, run: Run
) -> dict[str, Picture]:
    """Thumbnails by the names of outputs, of the first MOST that can have one."""
    made: dict[str, Picture] = {}
    for output, task in [*wanted(outputs, tasks)][:MOST]:
        try:
            made[output.name] = _make(output, task, Path(tempfile.mkdtemp(dir=scratch)), run)
        except (Exception, Interrupted) as fault:
            log.info("no thumbnail of the output %r: %s", output.name, fault)
    return made


def _make(output: Output, task: Task, folder: Path, run: Run) -> Picture:
    size = output.path.stat().st_size
    source = Source(output.path, output.name, output.mimetype, size, folder)
    outcome = run(min(task.timeout, SECONDS), partial(task.run, source, {}))
    (rendition,) = outcome.outputs
    assert isinstance(rendition, Rendition)
    spool = Spool.of_file(str(rendition.path))
    return Picture(rendition, spool, task.name, versions(task.tools))
