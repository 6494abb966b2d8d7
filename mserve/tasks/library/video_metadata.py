"""The video_metadata task: what a film is made of."""

from contextlib import suppress

from av.container import InputContainer
from av.video.stream import VideoStream

from mserve.errors import TaskError
from mserve.tasks.confine import MIB, Limits
from mserve.tasks.library.describe import (
    STREAMS,
    Json,
    describe_container,
    describe_stream,
    tags_of,
    timecode_of,
)
from mserve.tasks.library.media import open_media, video_of
from mserve.tasks.library.orientation import UPRIGHT, Orientation, orientation_of
from mserve.tasks.library.picture import first_frame
from mserve.tasks.registry import task
from mserve.tasks.source import Source
from mserve.tasks.tools import FILMS

TIMEOUT = 180.0
LIMITS = Limits(memory=1024 * MIB, cpu=120.0, file=16 * MIB)


@task("video_metadata", timeout=TIMEOUT, limits=LIMITS, tools=FILMS)
def video_metadata(source: Source) -> Json:
    """Find out container, streams, timecode and tags of a film."""
    with open_media(source.path) as container:
        video = video_of(container)
        streams = [describe_stream(each) for each in [*container.streams][:STREAMS]]
        orientation = _orientation(container, video)
        turned = {"rotation": orientation.rotation, "mirrored": orientation.mirrored}
        return {
            "container": describe_container(container),
            "streams": [
                each | turned if each["index"] == video.index else each for each in streams
            ],
            "timecode": timecode_of(container),
            "tags": tags_of(container.metadata),
        }


def _orientation(container: InputContainer, video: VideoStream) -> Orientation:
    """As the first frame says; what cannot be decoded may be described all the same."""
    with suppress(TaskError):
        return orientation_of(first_frame(container, video))
    return UPRIGHT
