"""Codecs: what films and sounds are encoded with, and how."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class VideoCodec:
    """FFmpeg's encoder `name` and its options; `pixels` is the format of its frames."""

    name: str
    options: Mapping[str, str] = field(default_factory=dict)
    pixels: str = "yuv420p"


@dataclass(frozen=True)
class AudioCodec:
    """FFmpeg's encoder; `bit_rate` in bits a second, 0 where it needs none.

    `rates`: samples a second that it is given, the nearest of them; all where none is named.
    """

    name: str
    bit_rate: int = 0
    rates: tuple[int, ...] = ()
    channels: int = 2  # at most

    def rate_for(self, rate: int) -> int:
        """The sample rate to encode sound of `rate` with."""
        return min(self.rates, key=lambda each: abs(each - rate)) if self.rates else rate


def h264(quality: int, preset: str = "veryfast", **options: str) -> VideoCodec:
    """x264; `quality`: its crf, from 0 (all is kept) to 51."""
    return VideoCodec("libx264", {"crf": str(quality), "preset": preset, **options})


def aac(bit_rate: int = 128_000) -> AudioCodec:
    """FFmpeg's own AAC encoder, at rates that every player knows."""
    return AudioCodec("aac", bit_rate, (22050, 32000, 44100, 48000))


VP9 = VideoCodec(
    "libvpx-vp9",
    {"crf": "33", "b": "0", "deadline": "realtime", "cpu-used": "6", "row-mt": "1"},
)
PRORES = VideoCodec("prores_ks", {"profile": "proxy", "vendor": "apl0"}, "yuv422p10le")
OPUS = AudioCodec("libopus", 96_000, (48000,))
MP3 = AudioCodec("libmp3lame", 192_000, (32000, 44100, 48000))
FLAC = AudioCodec("flac", channels=8)
PCM = AudioCodec("pcm_s16le", channels=8)
