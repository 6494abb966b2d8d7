"""Describe: what a container and its streams are, as JSON, bounded in size."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from mserve.tasks.library.media import MICROSECOND, is_cover, length_of, seconds_of
from mserve.tasks.library.sound import name_of

Json = dict[str, Any]

TEXT = 1000  # characters of each text at most
NAME = 100  # of a tag's name
TAGS = 100
STREAMS = 100
OF_FORMATS = frozenset(  # say nothing that is not told otherwise
    {"major_brand", "minor_version", "compatible_brands", "handler_name", "vendor_id", "language"}
)
NO_LANGUAGE = ("", "und")
# ITU-T H.273, tables 2 to 4
PRIMARIES = {
    1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film",
    9: "bt2020", 10: "smpte428", 11: "smpte431", 12: "smpte432", 22: "ebu3213",
}  # fmt: skip
TRANSFERS = {
    1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear",
    13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12", 16: "smpte2084", 18: "arib-std-b67",
}  # fmt: skip
MATRICES = {
    0: "rgb", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m",
    8: "ycgco", 9: "bt2020nc", 10: "bt2020c", 14: "ictcp",
}  # fmt: skip
RANGES = {1: "tv", 2: "pc"}


def describe_container(container: InputContainer) -> Json:
    """Names of its format, seconds, bits a second, and when its first frame is shown."""
    start = container.start_time
    return {
        "format": container.format.name,
        "format_name": container.format.long_name,
        "duration": _rounded(seconds_of(container)),
        "start": _rounded(None if start is None else start / MICROSECOND),
        "bit_rate": container.bit_rate or None,
        "streams": len(container.streams),
    }


def describe_stream(stream: Stream) -> Json:
    """What is known of a stream; None stands for what is not."""
    context = stream.codec_context
    told: Json = {
        "index": stream.index,
        "kind": stream.type,
        "codec": context.codec.canonical_name if context else None,
        "profile": stream.profile,
        "language": _language(stream),
        "duration": _rounded(length_of(stream)),
    }
    if isinstance(stream, VideoStream) and context:
        return told | _describe_video(stream)
    if isinstance(stream, AudioStream) and context:
        return told | _describe_audio(stream)
    return told


def _describe_video(stream: VideoStream) -> Json:
    square = Fraction(stream.width, stream.height) if stream.height else None
    aspect, rate = stream.display_aspect_ratio or square, stream.average_rate
    return {
        "bit_rate": stream.bit_rate,
        "width": stream.width,
        "height": stream.height,
        "display_aspect_ratio": _ratio(aspect, ":"),
        "pixel_format": stream.pix_fmt,
        "frame_rate": _ratio(rate, "/"),
        "frames_per_second": _rounded(float(rate) if rate else None),
        "frames": stream.frames or None,
        "cover": is_cover(stream),
        "colour": _describe_colour(stream),
    }


def _describe_colour(stream: VideoStream) -> Json:
    return {
        "range": RANGES.get(stream.color_range),
        "matrix": MATRICES.get(stream.colorspace),
        "primaries": PRIMARIES.get(stream.color_primaries),
        "transfer": TRANSFERS.get(stream.color_trc),
    }


def _describe_audio(stream: AudioStream) -> Json:
    return {
        "bit_rate": stream.bit_rate,
        "sample_rate": stream.sample_rate,
        "channels": stream.channels,
        "layout": name_of(stream.layout) if stream.channels else None,
    }


def tags_of(tags: Mapping[str, str]) -> Json:
    """Those of a file or stream, by names in lower case."""
    lower = {name[:NAME].lower(): text[:TEXT] for name, text in tags.items()}
    kept = [each for each in lower.items() if each[0] not in OF_FORMATS]
    return dict(kept[:TAGS])


def timecode_of(container: InputContainer) -> str | None:
    """The first timecode that is told, such as 01:00:00:00."""
    places = [container.metadata, *(each.metadata for each in container.streams)]
    found = [tags["timecode"] for tags in places if tags.get("timecode")]
    return found[0][:NAME] if found else None


def _language(stream: Stream) -> str | None:
    language = stream.language or ""
    return None if language in NO_LANGUAGE else language[:NAME]


def _ratio(ratio: Fraction | None, sign: str) -> str | None:
    return f"{ratio.numerator}{sign}{ratio.denominator}" if ratio else None


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 6)
