"""Made: what tasks have made of a file's content that its page can show, and what is under way."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from mserve.resources.job import Job
from mserve.resources.profile import TaskSpec
from mserve.resources.run import ENDED, JobOutput
from mserve.views.preview.kinds import AUDIO, HLS, IMAGE, PDF, PLAYED, VIDEO
from mserve.views.urls import facet_url

JOBS = 20  # of the file, the newest, that are looked at
PAGES = "pages"
MAKERS = {
    VIDEO: TaskSpec("video_proxy", "video_proxy", {}),
    AUDIO: TaskSpec("transcode", "transcode", {"preset": "mp3-192k"}),
    PDF: TaskSpec(PAGES, PAGES, {}),
    IMAGE: TaskSpec("poster", "poster", {"width": 1920, "height": 1920}),
}
"""The task that makes what browsers can show, by the kind of what they cannot."""
LADDER, MASTER = "hls", "master.m3u8"


class Source(NamedTuple):
    """Where a player or a picture gets its bytes."""

    url: str
    mimetype: str


class Made(NamedTuple):
    """The outputs of a file's jobs of its present content, and whether its maker is at work."""

    outputs: list[tuple[Source, JobOutput]]
    busy: bool


def made(request: Any, mfile: Any, kind: str) -> Made:
    """What the newest jobs have made. Each output stands once, the newest of its name."""
    found: dict[str, tuple[Source, JobOutput]] = {}
    busy = False
    for _, job in mfile.page_jobs(JOBS):
        if job.sha256 != mfile.content.sha256:
            continue
        busy = busy or _is_busy(job, kind)
        for source, output in _outputs(request, job):
            found.setdefault(output.name, (source, output))
    return Made([*found.values()], busy)


def _is_busy(job: Job, kind: str) -> bool:
    """Whether it is to run the maker still."""
    maker = MAKERS.get(kind)
    if maker is None or job.outcome is not None:
        return False
    planned = [spec.task for task_set in job.plan.sets[len(job.runs) :] for spec in task_set.tasks]
    runs = [run.spec.task for run in job.all_runs() if run.state not in ENDED]
    return maker.task in planned + runs


def _outputs(request: Any, job: Job) -> Iterator[tuple[Source, JobOutput]]:
    """Of a ladder the master alone: its parts are no films by themselves."""
    for run in job.all_runs():
        place = run.id.partition("-")[2]
        for output in run.outputs:
            if run.spec.task != LADDER or output.name == MASTER:
                name = f"{place}-{output.name}"
                url = facet_url(request, job.__parent__, "jobs", job.id, "outputs", name)
                yield Source(url, output.mimetype), output


def players(outputs: list[tuple[Source, JobOutput]], major: str) -> list[Source]:
    """What a player is offered, the best first: MP4 before others, an HLS ladder last."""
    plain = [s for s, o in outputs if o.mimetype in PLAYED and s.mimetype.startswith(f"{major}/")]
    plain.sort(key=lambda source: source.mimetype not in ("video/mp4", "audio/mpeg"))
    ladders = [s for s, o in outputs if o.name == MASTER and o.mimetype == HLS]
    return plain + (ladders if major == VIDEO else [])


def pages(outputs: list[tuple[Source, JobOutput]]) -> list[Source]:
    """The pictures of a PDF's pages, in their order."""
    found = [(o.name, source) for source, o in outputs if o.name.startswith("page-")]
    return [source for _, source in sorted(found) if source.mimetype.startswith("image/")]
