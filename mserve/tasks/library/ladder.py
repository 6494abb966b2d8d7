"""A ladder: a film in several sizes at once, cut at the same moments, for HLS."""

from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from av.audio.stream import AudioStream
from av.container import OutputContainer

from mserve.tasks.library.codecs import VideoCodec, aac, h264
from mserve.tasks.library.lanes import AudioLane, Lane, VideoLane
from mserve.tasks.library.media import MediaStream, audio_of, open_media, video_of
from mserve.tasks.library.picture import Look, Picture, Size
from mserve.tasks.library.playlist import Variant, codecs_of
from mserve.tasks.library.transcoding import feed, written
from mserve.tasks.source import Source

RATE = Fraction(60)  # frames a second at most
BITS = 6  # a second for each of lines², at most: 3 Mbit/s at 720
QUALITY = 23
KINDS = {"ts": ("mpegts", "ts"), "fmp4": ("fmp4", "m4s")}  # FFmpeg's name, and the suffix

Segments = Literal["ts", "fmp4"]


@dataclass(frozen=True)
class Cut:
    """How a film is cut, and whether its sound comes with it."""

    seconds: int
    segments: Segments
    audio: bool


@dataclass(frozen=True)
class Rung:
    """One size, under way."""

    name: str
    video: VideoLane
    sound: AudioLane | None

    def variant(self) -> Variant:
        """What a master playlist says of it."""
        look = self.video.look
        codecs = codecs_of(self.video.header, self.sound is not None)
        return Variant(self.name, look.size, look.actual_rate, codecs)


def climb(
    source: Source, folder: Path, picture: Picture, sizes: dict[str, Size], cut: Cut
) -> tuple[dict[str, Any], list[Variant]]:
    """Write the playlists `<name>.m3u8` of all sizes and their segments, in one reading.

    Gives what can be told of it, and what a master playlist says of each size.
    """
    with ExitStack() as stack:
        container = stack.enter_context(open_media(source.path))
        video = video_of(container)
        sound = audio_of(container, video) if cut.audio else None
        rungs = []
        for name, size in sizes.items():
            output = stack.enter_context(_playlist(folder, name, cut))
            rungs.append(_rung(output, name, Look(picture, size, RATE, cut.seconds), sound))
        lanes: dict[MediaStream, list[Lane]] = {video: [each.video for each in rungs]}
        if sound:
            lanes[sound] = [each.sound for each in rungs if each.sound]
        return feed(source, container, lanes), [each.variant() for each in rungs]


def _rung(output: OutputContainer, name: str, look: Look, sound: AudioStream | None) -> Rung:
    video = VideoLane(output, _codec(look), look)
    return Rung(name, video, AudioLane(output, aac(), sound) if sound else None)


def _codec(look: Look) -> VideoCodec:
    """H.264 whose key frames are where segments begin, and nowhere else."""
    bits = BITS * min(look.size) ** 2
    longest = 2 * look.key_every * int(RATE)  # frames; more than ever come between key frames
    return h264(
        QUALITY, maxrate=str(bits), bufsize=str(2 * bits),
        g=str(longest), sc_threshold="0", **{"forced-idr": "1"},
    )  # fmt: skip


def _playlist(folder: Path, name: str, cut: Cut) -> AbstractContextManager[OutputContainer]:
    """FFmpeg's HLS muxer; it takes % in a path for a number's place."""
    kind, suffix = KINDS[cut.segments]
    options = {
        "hls_time": str(cut.seconds),
        "hls_list_size": "0",
        "hls_playlist_type": "vod",
        "hls_flags": "independent_segments",
        "hls_segment_type": kind,
        "hls_segment_filename": f"{folder}/{name}".replace("%", "%%") + f"-%03d.{suffix}",
        "hls_fmp4_init_filename": f"{name}-init.mp4",
    }
    return written(folder / f"{name}.m3u8", "hls", **options)
