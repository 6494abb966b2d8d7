"""Transcoding by presets."""

from pathlib import Path
from typing import Any, get_args

import av
import pytest

from mserve.errors import TaskError
from mserve.tasks.library.transcode import PRESETS, Name
from tests.unit.tasks.library.films import (
    TASKS,
    boxes,
    colour_at,
    colours,
    done,
    film,
    loudness,
    plain,
    tone,
)
from tests.unit.tasks.library.pictures import BLUE, GREEN, RED, alike

FILMS = {
    "mp4-1080p": ("h264", "aac"), "mp4-720p": ("h264", "aac"), "mp4-480p": ("h264", "aac"),
    "webm-720p": ("vp9", "opus"), "prores-proxy": ("prores", "pcm_s16le"),
}  # fmt: skip
SOUNDS = {
    "mp3-192k": "mp3",
    "aac-128k": "aac",
    "opus-96k": "opus",
    "flac": "flac",
    "wav": "pcm_s16le",
}


def made(source: Any, preset: str) -> tuple[Path, dict[str, Any]]:
    outcome = done("transcode", source, preset=preset)
    (output,) = outcome.outputs
    assert output.name == preset and output.mimetype == PRESETS[preset].mimetype
    assert outcome.result["preset"] == preset
    return output.path, dict(outcome.result)


def test_the_presets_are_known() -> None:
    assert [*get_args(Name)] == [*PRESETS] == [*FILMS, *SOUNDS]
    (fault,) = TASKS["transcode"].check({"preset": "betamax"})
    assert fault.startswith("preset should be one of mp4-1080p, ")
    assert TASKS["transcode"].check({}) == ["preset is missing"]


@pytest.mark.parametrize("preset", FILMS)
def test_films(source_of: Any, preset: str) -> None:
    path, told = made(source_of(film(pictures=colours((320, 180))[::3], late=0.5)), preset)
    with av.open(str(path)) as container:
        codecs = tuple(each.codec_context.codec.canonical_name for each in container.streams)
        assert codecs == FILMS[preset]
        assert container.duration / av.time_base == pytest.approx(1, abs=0.1)
    for moment, wanted in ((0.1, RED), (0.5, GREEN), (0.9, BLUE)):
        assert alike(colour_at(path, moment), wanted), moment
    heard = loudness(path)
    assert max(swing for time, swing in heard if time < 0.35) < 0.02
    assert min(swing for time, swing in heard if 0.6 < time < 0.8) > 0.25
    assert (told["width"], told["height"], told["audio"]) == (320, 180, True)
    if path.suffix == ".mp4":
        assert boxes(path)[:2] == ["ftyp", "moov"]


@pytest.mark.parametrize("preset", SOUNDS)
@pytest.mark.parametrize("layout", ["stereo", "mono"])
def test_sounds(source_of: Any, preset: str, layout: str) -> None:
    tags = {"title": "A", "artist": "The Tuning Forks"}
    path, told = made(source_of(tone("flac", codec="flac", layout=layout, tags=tags)), preset)
    with av.open(str(path)) as container:
        (stream,) = container.streams
        assert stream.codec_context.codec.canonical_name == SOUNDS[preset]
        assert stream.channels == told["channels"] == (2 if layout == "stereo" else 1)
        assert container.duration / av.time_base == pytest.approx(2, abs=0.1)
        seen = {name.lower(): text for name, text in (container.metadata | stream.metadata).items()}
        assert (seen["title"], seen["artist"]) == ("A", "The Tuning Forks")
    assert min(swing for time, swing in loudness(path) if 0.1 < time < 1.8) > 0.25


def test_the_sound_of_a_film(source_of: Any) -> None:
    path, told = made(source_of(film()), "wav")
    assert told["sample_rate"] == 44100 and told["seconds"] == pytest.approx(3, abs=0.1)
    assert path.read_bytes()[:4] == b"RIFF"


def test_all_channels_are_kept_where_they_can_be(source_of: Any) -> None:
    source = source_of(tone("flac", codec="flac", layout="5.1"))
    assert [made(source, preset)[1]["channels"] for preset in ("flac", "wav", "mp3-192k")] == [
        6,
        6,
        2,
    ]


def test_the_shorter_side_counts(source_of: Any) -> None:
    content = film("matroska", [plain(GREEN, (720, 1280))] * 2, codec="ffv1", sounds=0)
    source = source_of(content)
    for preset, size in (("mp4-480p", (480, 852)), ("mp4-720p", (720, 1280))):
        _, told = made(source, preset)
        assert (told["width"], told["height"]) == size


def test_what_does_not_fit(source_of: Any) -> None:
    with pytest.raises(TaskError, match="no moving picture"):
        made(source_of(tone()), "mp4-720p")
    with pytest.raises(TaskError, match="no sound"):
        made(source_of(film(sounds=0)), "flac")
