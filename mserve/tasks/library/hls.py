"""The hls task: a film in several sizes, cut into segments between which a player can change.

The playlists are those of RFC 8216; their addresses are relative, of files in the same folder.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from mserve.errors import TaskError
from mserve.tasks.library.ladder import Cut, Segments, climb
from mserve.tasks.library.picture import Size, box_of, fit, look_at
from mserve.tasks.library.playlist import MASTER, write_master
from mserve.tasks.library.transcoding import LIMITS, TIMEOUT
from mserve.tasks.outcome import Outcome, Output
from mserve.tasks.registry import task
from mserve.tasks.source import Source
from mserve.tasks.tools import FILMS

HEIGHTS = [360, 720]
ALLOWED = range(90, 4321)
SIZES = 8  # at most
MIMETYPES = {
    ".m3u8": "application/vnd.apple.mpegurl", ".ts": "video/mp2t",
    ".m4s": "video/iso.segment", ".mp4": "video/mp4",
}  # fmt: skip

Seconds = Annotated[int, range(2, 31)]


@task("hls", timeout=TIMEOUT, limits=LIMITS, tools=FILMS)
def hls(
    source: Source,
    *,
    heights: list[int] | None = None,
    seconds: Seconds = 6,
    segments: Segments = "ts",
    audio: bool = True,
) -> Outcome:
    """Make an HLS ladder of a film: playlists and segments in several sizes."""
    wanted = _checked(HEIGHTS if heights is None else heights)
    picture = look_at(source.path)
    sizes = _ladder(picture.size, wanted)
    folder = source.scratch / "hls"
    folder.mkdir()
    told, variants = climb(source, folder, picture, sizes, Cut(seconds, segments, audio))
    write_master(folder, variants)
    outputs = tuple(_output(path) for path in sorted(folder.iterdir(), key=_order))
    result = {"sizes": {name: list(size) for name, size in sizes.items()}, "files": len(outputs)}
    return Outcome({**told, **result}, outputs=outputs)


def _checked(heights: Sequence[object]) -> list[int]:
    """`heights` from the smallest on; raises TaskError for what cannot be a picture's height."""
    found = {each for each in heights if isinstance(each, int) and each in ALLOWED}
    if not found or len(found) != len(heights) or len(found) > SIZES:
        raise TaskError(
            f"heights should be 1 to {SIZES} different numbers of lines"
            f" from {ALLOWED[0]} to {ALLOWED[-1]}, not {heights!r:.200}"
        )
    return sorted(found)


def _ladder(size: Size, heights: Sequence[int]) -> dict[str, Size]:
    """The sizes by their names; none larger than the film, whose own it is if all others are."""
    boxes = {lines: box_of(lines, size) for lines in heights}
    fitting = {lines: box for lines, box in boxes.items() if box[0] <= size[0] or box[1] <= size[1]}
    own = {min(size) // 2 * 2: size}
    return {f"{lines}p": fit(size, box, even=True) for lines, box in (fitting or own).items()}


def _order(path: Path) -> tuple[bool, bool, int, str]:
    """The master first, then the other playlists, then segments as they follow each other."""
    return path.name != MASTER, path.suffix != ".m3u8", len(path.name), path.name


def _output(path: Path) -> Output:
    return Output(path.name, path, MIMETYPES[path.suffix])
