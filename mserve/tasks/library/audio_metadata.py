"""The audio_metadata task: what a recording is made of, and what it is called."""

from mserve.tasks.confine import MIB, Limits
from mserve.tasks.library.describe import (
    STREAMS,
    Json,
    describe_container,
    describe_stream,
    tags_of,
)
from mserve.tasks.library.media import is_cover, open_media, sound_of
from mserve.tasks.registry import task
from mserve.tasks.source import Source
from mserve.tasks.tools import FILMS

TIMEOUT = 180.0
LIMITS = Limits(memory=512 * MIB, cpu=120.0, file=16 * MIB)


@task("audio_metadata", timeout=TIMEOUT, limits=LIMITS, tools=FILMS)
def audio_metadata(source: Source) -> Json:
    """Find out container, streams and tags of a recording."""
    with open_media(source.path) as container:
        sound = sound_of(container)
        return {
            "container": describe_container(container),
            "streams": [describe_stream(each) for each in container.streams.audio[:STREAMS]],
            "tags": tags_of({**sound.metadata, **container.metadata}),
            "cover": any(is_cover(each) for each in container.streams),
        }
