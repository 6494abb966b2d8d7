"""Films and sounds made anew: one file out of one file."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mserve.tasks.library.codecs import AudioCodec, VideoCodec
from mserve.tasks.library.lanes import AudioLane, Lane, VideoLane
from mserve.tasks.library.media import MediaStream, audio_of, open_media, sound_of, video_of
from mserve.tasks.library.picture import Look
from mserve.tasks.library.transcoding import feed, written
from mserve.tasks.source import Source

TAGS = ("title", "artist", "album", "album_artist", "composer", "date", "genre", "track", "disc")
TAG_LENGTH = 1000  # characters


@dataclass(frozen=True)
class Form:
    """What is made: FFmpeg's format `kind` with its options, and the codecs in it."""

    kind: str
    audio: AudioCodec | None
    video: VideoCodec | None = None
    options: Mapping[str, str] = field(default_factory=dict)


def make_film(source: Source, path: Path, form: Form, look: Look) -> dict[str, Any]:
    """Write a film that looks so; gives what can be told of it.

    Raises TaskError for what cannot be read.
    """
    assert form.video is not None
    lanes: dict[MediaStream, list[Lane]] = {}
    with ExitStack() as stack:
        container = stack.enter_context(open_media(source.path))
        output = stack.enter_context(written(path, form.kind, **form.options))
        video = video_of(container)
        lanes[video] = [VideoLane(output, form.video, look)]
        if form.audio and (sound := audio_of(container, video)):
            lanes[sound] = [AudioLane(output, form.audio, sound)]
        told = feed(source, container, lanes)
    size = dict(zip(("width", "height"), look.size, strict=True))
    return {**told, **size, "audio": len(lanes) > 1}


def make_sound(source: Source, path: Path, form: Form) -> dict[str, Any]:
    """Write the sound alone, with the tags that name it; as make_film."""
    assert form.audio is not None
    with ExitStack() as stack:
        container = stack.enter_context(open_media(source.path))
        output = stack.enter_context(written(path, form.kind, **form.options))
        sound = sound_of(container)
        output.metadata.update(_names({**sound.metadata, **container.metadata}))
        lane = AudioLane(output, form.audio, sound)
        told = feed(source, container, {sound: [lane]})
    return {**told, "sample_rate": lane.encoder.sample_rate, "channels": lane.encoder.channels}


def _names(tags: Mapping[str, str]) -> dict[str, str]:
    """Those of the tags that say what a recording is, and not who made the file, or where."""
    lower = {name.lower(): text for name, text in tags.items()}
    return {name: lower[name][:TAG_LENGTH] for name in TAGS if name in lower}
