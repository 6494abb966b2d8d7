"""What video_metadata tells of films."""

from fractions import Fraction
from typing import Any

import pytest

from mserve.errors import TaskError
from tests.unit.tasks.library.films import colours, done, film, plain, tone
from tests.unit.tasks.library.pictures import RED


def test_a_film_is_described(source_of: Any) -> None:
    told = done("video_metadata", source_of(film(tags={"title": "Three colours"}))).result
    container, (video, audio) = told["container"], told["streams"]
    assert "mp4" in container["format"] and container["format_name"] == "QuickTime / MOV"
    assert container["duration"] == pytest.approx(3, abs=0.1)
    assert (container["streams"], container["start"]) == (2, 0)
    assert container["bit_rate"] > 1000
    assert (video["kind"], video["codec"], video["profile"]) == ("video", "h264", "High")
    assert (video["width"], video["height"], video["frames"]) == (160, 90, 75)
    assert (video["display_aspect_ratio"], video["pixel_format"]) == ("16:9", "yuv420p")
    assert (video["rotation"], video["mirrored"], video["cover"]) == (0, False, False)
    assert video["language"] is None
    assert video["frames_per_second"] == pytest.approx(25, abs=0.5)
    assert Fraction(video["frame_rate"]) == pytest.approx(25, abs=0.5)
    assert (audio["kind"], audio["codec"], audio["profile"]) == ("audio", "aac", "LC")
    assert (audio["sample_rate"], audio["channels"], audio["layout"]) == (44100, 2, "stereo")
    assert (audio["index"], audio["language"]) == (1, "deu")
    assert audio["duration"] == pytest.approx(3, abs=0.1)
    assert told["tags"]["title"] == "Three colours" and told["timecode"] is None


@pytest.mark.parametrize(
    ("turn", "rotation", "mirrored"),
    [
        ((0, False), 0, False), ((90, False), 270, False), ((180, False), 180, False),
        ((270, False), 90, False), ((0, True), 0, True),
    ],
)  # fmt: skip
def test_rotation_is_clockwise(
    source_of: Any, turn: tuple[int, bool], rotation: int, mirrored: bool
) -> None:
    content = film(pictures=[plain(RED)] * 3, turn=turn, sounds=0)
    (video,) = done("video_metadata", source_of(content)).result["streams"]
    assert (video["rotation"], video["mirrored"]) == (rotation, mirrored)


def test_wide_pixels_count(source_of: Any) -> None:
    content = film(pictures=[plain(RED, (64, 64))] * 3, aspect=Fraction(2), sounds=0)
    (video,) = done("video_metadata", source_of(content)).result["streams"]
    assert (video["width"], video["height"], video["display_aspect_ratio"]) == (64, 64, "2:1")


def test_all_tracks_are_told(source_of: Any) -> None:
    streams = done("video_metadata", source_of(film(sounds=3))).result["streams"]
    assert [each["language"] for each in streams] == [None, "deu", "eng", "fra"]


@pytest.mark.parametrize("kind", ["matroska", "mov", "avi", "mpegts", "flv"])
def test_other_containers(source_of: Any, kind: str) -> None:
    told = done("video_metadata", source_of(film(kind, colours()[::5], sounds=0))).result
    assert told["streams"][0]["codec"] == "h264"
    assert told["container"]["duration"] > 0.3


def test_a_timecode_is_told(source_of: Any) -> None:
    content = film("mov", tags={"timecode": "01:02:03:04"}, sounds=0)
    assert done("video_metadata", source_of(content)).result["timecode"] == "01:02:03:04"


def test_tags_are_bounded(source_of: Any) -> None:
    tags = {f"TAG{number}": "long " * 900 for number in range(150)}
    told = done("video_metadata", source_of(film("matroska", tags=tags, sounds=0))).result["tags"]
    assert len(told) == 100 and max(map(len, told.values())) == 1000
    assert told["tag7"].startswith("long long")


def test_what_is_no_film(source_of: Any) -> None:
    for content in (tone(), tone("mp3", codec="libmp3lame")):
        with pytest.raises(TaskError, match="no moving picture"):
            done("video_metadata", source_of(content))
