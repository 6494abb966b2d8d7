"""HLS ladders: what a player finds when it follows the playlists."""

import re
from pathlib import Path
from typing import Any

import av
import pytest

from mserve.errors import TaskError
from tests.unit.tasks.library.films import (
    TASKS,
    colour_at,
    colours,
    done,
    film,
    keys,
    loudness,
    plain,
    tone,
)
from tests.unit.tasks.library.pictures import BLUE, GREEN, RED, alike

TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl", ".ts": "video/mp2t",
    ".m4s": "video/iso.segment", ".mp4": "video/mp4",
}  # fmt: skip
STREAM = re.compile(
    r"#EXT-X-STREAM-INF:BANDWIDTH=(\d+),AVERAGE-BANDWIDTH=(\d+),RESOLUTION=(\d+)x(\d+),"
    r'FRAME-RATE=([\d.]+),CODECS="(.*)"'
)


def made(source: Any, **arguments: Any) -> tuple[dict[str, Path], dict[str, Any]]:
    outcome = done("hls", source, **arguments)
    files = {output.name: output.path for output in outcome.outputs}
    assert next(iter(files)) == "master.m3u8"
    assert {*files.values()} == {*(source.scratch / "hls").iterdir()}
    assert all(name == path.name for name, path in files.items())
    assert all(TYPES[each.path.suffix] == each.mimetype for each in outcome.outputs)
    return files, dict(outcome.result)


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def segments(path: Path) -> list[str]:
    return [line for line in lines(path) if line and not line.startswith("#")]


def lengths(path: Path) -> list[float]:
    return [float(line[8:].rstrip(",")) for line in lines(path) if line.startswith("#EXTINF:")]


def test_a_ladder(source_of: Any) -> None:
    files, told = made(
        source_of(film(pictures=colours((192, 108), 2))), heights=[90, 108], seconds=2
    )
    assert told["sizes"] == {"90p": [160, 90], "108p": [192, 108]} and told["files"] == 9
    assert segments(files["master.m3u8"]) == ["90p.m3u8", "108p.m3u8"]
    assert "#EXT-X-INDEPENDENT-SEGMENTS" in lines(files["master.m3u8"])
    for name in ("90p", "108p"):
        playlist = files[f"{name}.m3u8"]
        assert segments(playlist) == [f"{name}-{number:03}.ts" for number in range(3)]
        assert lengths(playlist) == pytest.approx([2, 2, 2], abs=0.1)
        assert lines(playlist)[-1] == "#EXT-X-ENDLIST"
        assert "#EXT-X-PLAYLIST-TYPE:VOD" in lines(playlist)


def test_what_the_master_says_is_so(source_of: Any) -> None:
    files, _ = made(source_of(film(pictures=colours((192, 108)))), heights=[90, 108], seconds=2)
    found = [STREAM.fullmatch(line) for line in lines(files["master.m3u8"]) if "INF" in line]
    for match, name in zip(found, ("90p", "108p"), strict=True):
        assert match is not None
        peak, average, width, height = (int(match[place]) for place in range(1, 5))
        sizes = [files[each].stat().st_size * 8 for each in segments(files[f"{name}.m3u8"])]
        assert average == pytest.approx(sum(sizes) / 3, rel=0.1)
        assert peak >= average and peak >= sizes[0] / 2.1
        with av.open(str(files[f"{name}.m3u8"])) as container:
            video = container.streams.video[0]
            assert (video.width, video.height) == (width, height)
            profile, level = {"High": "64"}[video.profile or ""], video.codec_context.level
            assert match[6] == f"avc1.{profile}00{level:02x},mp4a.40.2"
        assert float(match[5]) == pytest.approx(25, abs=0.5)


def test_segments_begin_with_key_frames_at_the_same_times(source_of: Any) -> None:
    pictures = colours((192, 108), 3)
    files, _ = made(source_of(film(pictures=pictures)), heights=[90, 108], seconds=2)
    assert lengths(files["90p.m3u8"]) == pytest.approx([2, 2, 2, 2, 1], abs=0.1)
    assert lengths(files["90p.m3u8"]) == lengths(files["108p.m3u8"])
    for number in range(5):
        begins = []
        for name in ("90p", "108p"):
            (key,) = keys(files[f"{name}-{number:03}.ts"])  # and no other one
            with av.open(str(files[f"{name}-{number:03}.ts"])) as segment:
                first = next(each for each in segment.demux(video=0) if each.size)
                assert first.is_keyframe
            begins.append(key)
        assert begins[0] == begins[1]


@pytest.mark.parametrize("kind", ["ts", "fmp4"])
def test_the_film_and_its_sound_are_whole(source_of: Any, kind: str) -> None:
    content = film(pictures=colours(seconds=2), late=1.0)
    files, _ = made(source_of(content), heights=[90], seconds=2, segments=kind)
    if kind == "fmp4":
        assert '#EXT-X-MAP:URI="90p-init.mp4"' in lines(files["90p.m3u8"])
        assert segments(files["90p.m3u8"]) == [f"90p-{number:03}.m4s" for number in range(3)]
        joined = files["master.m3u8"].parent / "joined.mp4"
        parts = ["90p-init.mp4", *segments(files["90p.m3u8"])]
        joined.write_bytes(b"".join(files[name].read_bytes() for name in parts))
        start = 0.0
    else:
        joined = files["90p.m3u8"]
        start = keys(files["90p-000.ts"])[0]
    for moment, wanted in ((0.1, RED), (1.9, RED), (2.1, GREEN), (3.9, GREEN), (5.5, BLUE)):
        assert alike(colour_at(joined, start + moment), wanted), moment
    heard = loudness(joined)
    assert max(swing for time, swing in heard if time < start + 0.9) < 0.02
    assert min(swing for time, swing in heard if 1.1 < time - start < 5.7) > 0.25


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        ((1280, 720), {"360p": [640, 360], "720p": [1280, 720]}),
        ((720, 1280), {"360p": [360, 640], "720p": [720, 1280]}),
        ((640, 400), {"360p": [576, 360]}),
        ((161, 91), {"90p": [160, 90]}),
    ],
)
def test_no_size_is_above_the_film_s(
    source_of: Any, size: tuple[int, int], sizes: dict[str, list[int]]
) -> None:
    content = film("matroska", [plain(GREEN, size)] * 2, codec="ffv1", sounds=0)
    files, told = made(source_of(content))
    assert told["sizes"] == sizes
    assert len(files) == 1 + 2 * len(sizes)


def test_without_sound(source_of: Any) -> None:
    files, told = made(source_of(film(pictures=[plain(BLUE)] * 5)), audio=False)
    assert "mp4a" not in files["master.m3u8"].read_text() and told["broken"] == 0


@pytest.mark.parametrize(
    "heights", [[], [0], [5000], ["720"], [360, 360], [360.5], [*range(90, 99)]]
)
def test_heights_that_are_none(source_of: Any, heights: list[Any]) -> None:
    with pytest.raises(TaskError, match="heights should be"):
        made(source_of(film(pictures=[plain(BLUE)])), heights=heights)
    assert TASKS["hls"].check({"heights": 720}) and TASKS["hls"].check({"segments": "webm"})


def test_what_is_no_film(source_of: Any) -> None:
    with pytest.raises(TaskError, match="no moving picture"):
        made(source_of(tone()))
