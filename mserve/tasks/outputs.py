"""The outputs of a task run are kept: their bytes, where they come from, and small pictures."""

from mserve.resources.content import Content, Rendition
from mserve.resources.provenance import Origin
from mserve.resources.run import JobOutput, TaskRun
from mserve.resources.spool import Spool
from mserve.tasks import keeping, thumbnails
from mserve.tasks import outcome as outcomes
from mserve.tasks.claim import Finished
from mserve.tasks.origin import origin_of
from mserve.tasks.thumbnails import Picture


def keep(run: TaskRun, result: Finished) -> tuple[JobOutput, ...]:
    """Takes the bytes of all outputs; those of a rendition become the content's."""
    whole, made = run.job.content, []
    for output, spool in zip(result.outcome.outputs, result.spools, strict=True):
        if keeping.taken_back(whole, output, spool):
            continue
        origin = origin_of(run, output.name, result.tools)
        content = _content(spool, output.mimetype, origin)
        _picture(content, output, result.thumbnails.get(output.name))
        if isinstance(output, outcomes.Rendition) and whole is not None:
            whole.add_rendition(output.name, _rendition(content, output))
        made.append(JobOutput(output.name, output.mimetype, content))
    return tuple(made)


def _content(spool: Spool, mimetype: str, origin: Origin) -> Content:
    content = spool.content()
    content.mimetype = mimetype
    content.origin = origin
    return content


def _picture(content: Content, output: outcomes.Output, picture: Picture | None) -> None:
    """Gives an output its thumbnail, which a small rendition is itself."""
    if isinstance(output, outcomes.Rendition) and thumbnails.is_small(output):
        content.add_rendition(thumbnails.NAME, _rendition(content, output))
    elif picture is not None:
        small = picture.spool.content()
        small.mimetype = picture.rendition.mimetype
        content.add_rendition(thumbnails.NAME, _rendition(small, picture.rendition))


def _rendition(content: Content, output: outcomes.Rendition) -> Rendition:
    return Rendition(content, output.mimetype, output.width, output.height)
