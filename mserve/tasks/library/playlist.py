"""Playlists of HLS (RFC 8216): the master, which names those of the sizes."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from mserve.tasks.library.picture import Size

MASTER = "master.m3u8"
VERSION = 6  # of independent segments that are named in the master, and of fragments in MP4
DURATION = "#EXTINF:"
SPS = 0x67  # the byte before profile, flags and level (ITU-T H.264, section 7.3.2.1.1)
AAC = "mp4a.40.2"


@dataclass(frozen=True)
class Variant:
    """One size, with the playlist `<name>.m3u8`.

    `rate` is in frames a second, `codecs` as in RFC 6381.
    """

    name: str
    size: Size
    rate: Fraction
    codecs: str


def codecs_of(extradata: bytes, audio: bool) -> str:
    """RFC 6381's name of H.264 with this header (Annex B), and of AAC."""
    place = extradata.index(SPS)
    video = f"avc1.{extradata[place + 1 : place + 4].hex()}"
    return f"{video},{AAC}" if audio else video


def write_master(folder: Path, variants: Sequence[Variant]) -> None:
    """Write the master of playlists that lie in `folder` with their segments."""
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for each in variants:
        width, height = each.size
        peak, average = _bandwidth(folder, each.name)
        lines += [
            f"#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={average},"
            f"RESOLUTION={width}x{height},FRAME-RATE={float(each.rate):.3f},"
            f'CODECS="{each.codecs}"',
            f"{each.name}.m3u8",
        ]
    (folder / MASTER).write_text("\n".join([*lines, ""]), "utf-8")


def _bandwidth(folder: Path, name: str) -> tuple[int, int]:
    """Bits a second of the largest segment for its time, and of all (RFC 8216, section 4.3.4.2)."""
    segments = _segments(folder, name)
    seconds = sum(length for length, _ in segments)
    bits = sum(size for _, size in segments)
    return round(max(size / length for length, size in segments)), round(bits / seconds)


def _segments(folder: Path, name: str) -> list[tuple[float, int]]:
    """Seconds and bits of each segment."""
    found: list[tuple[float, int]] = []
    length = 0.0
    for line in (folder / f"{name}.m3u8").read_text("utf-8").splitlines():
        if line.startswith(DURATION):
            length = float(line.removeprefix(DURATION).partition(",")[0])
        elif line and not line.startswith("#"):
            found.append((max(length, 0.001), (folder / line).stat().st_size * 8))
    return found
