"""What audio_metadata tells of recordings."""

from typing import Any

import pytest

from mserve.errors import TaskError
from tests.unit.tasks.library.films import done, film, tone

TAGS = {"title": "A", "artist": "The Tuning Forks", "album": "440 Hz"}


@pytest.mark.parametrize(
    ("kind", "codec", "name"),
    [
        ("mp3", "libmp3lame", "mp3"), ("ogg", "libopus", "opus"), ("flac", "flac", "flac"),
        ("wav", "pcm_s16le", "pcm_s16le"), ("ipod", "aac", "aac"),
    ],
)  # fmt: skip
def test_a_recording_is_described(source_of: Any, kind: str, codec: str, name: str) -> None:
    told = done("audio_metadata", source_of(tone(kind, codec=codec, tags=TAGS))).result
    (stream,) = told["streams"]
    assert told["container"]["duration"] == pytest.approx(2, abs=0.1)
    assert (stream["codec"], stream["channels"], stream["layout"]) == (name, 2, "stereo")
    assert stream["sample_rate"] == (48000 if name == "opus" else 44100)
    assert told["tags"]["title"] == "A" and told["tags"]["artist"] == "The Tuning Forks"
    assert told["tags"].get("album") == "440 Hz" and told["cover"] is False


def test_of_a_film_the_sounds_alone(source_of: Any) -> None:
    told = done("audio_metadata", source_of(film(sounds=2))).result
    assert [each["language"] for each in told["streams"]] == ["deu", "eng"]
    assert told["container"]["streams"] == 3


def test_a_silent_film_has_none(source_of: Any) -> None:
    with pytest.raises(TaskError, match="no sound"):
        done("audio_metadata", source_of(film(sounds=0)))
