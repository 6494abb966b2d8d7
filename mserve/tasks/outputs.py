"""The outputs of a task run are kept: their bytes, where they come from, and small pictures."""

from mserve.resources.content import Content, Rendition
from mserve.resources.provenance import Origin
from mserve.resources.run import JobOutput, TaskRun
from mserve.resources.spool import Spool
from mserve.tasks import keeping, thumbnails
from mserve.tasks import outcome as outcomes
from mserve.tasks.claim import Finished
from mserve.tasks.origin import origin_of, thumbnail_origin
from mserve.tasks.thumbnails import Picture


def keep(run: TaskRun, result: Finished) -> tuple[JobOutput, ...]:
    """Takes the bytes of all outputs; those of a rendition become the content's."""
    whole, made = run.job.content, []
    for output, spool in zip(result.outcome.outputs, result.spools, strict=True):
        if keeping.taken_back(whole, output, spool):
            continue
        content = _content(spool, output, origin_of(run, output.name, result.tools))
        if isinstance(output, outcomes.Rendition) and whole is not None:
            whole.add_rendition(output.name, _rendition(content, output))
        small = _small(content, output, result.thumbnails.get(output.name))
        if small is not None:
            content.add_rendition(thumbnails.NAME, small)
        made.append(JobOutput(output.name, output.mimetype, content))
    return tuple(made)


def _content(spool: Spool, output: outcomes.Output, origin: Origin) -> Content:
    content = spool.content()
    content.mimetype = output.mimetype
    content.origin = origin
    return content


def _small(content: Content, output: outcomes.Output, picture: Picture | None) -> Rendition | None:
    """The thumbnail of an output, which a small rendition is itself."""
    if isinstance(output, outcomes.Rendition) and thumbnails.is_small(output):
        return _rendition(content, output)
    if picture is None:
        return None
    origin = thumbnail_origin(content, picture.task, picture.tools)
    return _rendition(_content(picture.spool, picture.rendition, origin), picture.rendition)


def _rendition(content: Content, output: outcomes.Rendition) -> Rendition:
    return Rendition(content, output.mimetype, output.width, output.height)
