"""Media: files of sound and moving pictures, opened so that they can open nothing else.

FFmpeg goes by the bytes, and to it a list of other files or of addresses (HLS, DASH, concat, SDP)
is a film as well. The formats that are read here hold all that they show; and FFmpeg is handed an
open file, and no protocol by which it could open another.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from errno import EDQUOT, EFBIG, EINVAL, EMFILE, ENFILE, ENOMEM, ENOSPC, EOVERFLOW, EROFS, ESTALE
from io import RawIOBase
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from mserve.errors import TaskError

FORMATS = (
    *("aac", "ac3", "aiff", "amr", "ape", "apng", "asf", "au", "avi", "caf", "dsf", "dts", "dv"),
    *("eac3", "flac", "flv", "gif", "gxf", "h264", "hevc", "ivf", "m4v", "matroska", "mov", "mp3"),
    *("mpc", "mpc8", "mpeg", "mpegts", "mpegvideo", "mxf", "nut", "obu", "ogg", "oma", "rm"),
    *("truehd", "tta", "voc", "w64", "wav", "wv", "yuv4mpegpipe"),
)
PIXELS = 80_000_000  # of a frame; twice those of 8K
CODEC = {"max_pixels": str(PIXELS)}
OPTIONS = {"format_whitelist": ",".join(FORMATS), "protocol_whitelist": "none", **CODEC}
EXACT = ("mov,mp4,m4a,3gp,3g2,mj2",)  # formats whose heads list all that follows
BUFFER = 1 << 17  # bytes that are read at once
THREADS = 2  # of a decoder or an encoder; a machine has several workers
MICROSECOND = 1_000_000  # FFmpeg's unit of a container's times
# Numbers of the system that are none of the file's fault. Faults of reading come as Python's own
# errors; FFmpeg uses all other numbers for data that it does not like.
OF_SYSTEM = frozenset({EDQUOT, EFBIG, EMFILE, ENFILE, ENOSPC, EROFS, ESTALE})
OF_PLACE = frozenset({EINVAL, EOVERFLOW})  # what a seek to a nonsensical place gives
MediaStream = VideoStream | AudioStream


@contextmanager
def open_media(path: Path) -> Iterator[InputContainer]:
    """The container in the file at `path`; raises TaskError for what cannot be read.

    Also what is done within raises TaskError where the file turns out to be broken.
    """
    if path.stat().st_size == 0:
        raise TaskError("the file is empty")
    with explained(), path.open("rb", buffering=0) as file, _open(file) as container:
        yield container


@contextmanager
def explained() -> Iterator[None]:
    """FFmpeg's errors as TaskError, MemoryError, or OSError where the system is at fault."""
    try:
        yield
    except av.FFmpegError as fault:
        if fault.errno == ENOMEM:
            raise MemoryError from fault
        if fault.errno in OF_SYSTEM:
            raise
        raise TaskError(f"the file is broken: {_words(fault)}") from fault
    except OSError as fault:
        if fault.errno not in OF_PLACE:
            raise
        raise TaskError("the file is broken: it points to a place outside itself") from fault


def _words(fault: av.FFmpegError) -> str:
    if isinstance(fault, EOFError):
        return "it ends too early"
    if isinstance(fault, av.error.ExternalError):  # of an encoder, mostly as memory runs out
        return f"it cannot be used, or needs more memory than there is ({fault.strerror})"
    return f"it cannot be used ({fault.strerror})"


def _open(file: RawIOBase) -> InputContainer:
    try:
        return av.open(file, "r", options=OPTIONS, metadata_errors="replace", buffer_size=BUFFER)
    except (av.ArgumentError, av.InvalidDataError, av.error.DemuxerNotFoundError) as fault:
        raise TaskError(
            f"no film or sound that can be read ({fault.strerror}); known: {', '.join(FORMATS)}"
        ) from fault


def is_cover(stream: Stream) -> bool:
    """Whether it is a picture that goes with a recording, and no moving one."""
    return bool(stream.disposition & Disposition.attached_pic)


def video_of(container: InputContainer, covers: bool = False) -> VideoStream:
    """The main moving picture, or with `covers` else a cover; raises TaskError without one."""
    found = container.streams.best("video")
    if not isinstance(found, VideoStream) or (is_cover(found) and not covers):
        raise TaskError("there is no moving picture in the file")
    if found.codec_context is None:
        raise TaskError("the film is in a format that cannot be decoded")
    if found.width * found.height > PIXELS:
        raise TaskError(
            f"the film has {found.width} x {found.height} pixels; at most {PIXELS} are decoded"
        )
    return found


def audio_of(container: InputContainer, video: VideoStream | None = None) -> AudioStream | None:
    """The main sound that can be decoded, or that which goes with `video`; None without one."""
    found = container.streams.best("audio", related=video)
    if not isinstance(found, AudioStream) or found.codec_context is None:
        return None
    return found if found.sample_rate and found.channels else None


def sound_of(container: InputContainer) -> AudioStream:
    """As audio_of; raises TaskError without one."""
    found = audio_of(container)
    if found is None:
        what = "that can be decoded " if container.streams.audio else ""
        raise TaskError(f"there is no sound {what}in the file")
    return found


def seconds_of(container: InputContainer) -> float | None:
    """How long it lasts, where that is known."""
    duration = container.duration
    return duration / MICROSECOND if duration is not None and duration > 0 else None


def announced(container: InputContainer, streams: Iterable[MediaStream]) -> float | None:
    """Seconds that the longest of `streams` lasts, where the head of the file says so for sure."""
    if container.format.name not in EXACT:
        return None
    return max((length_of(each) or 0.0 for each in streams), default=0.0) or None


def length_of(stream: Stream) -> float | None:
    """Seconds that a stream lasts, where that is known."""
    if stream.duration is None or stream.duration <= 0 or stream.time_base is None:
        return None
    return float(stream.duration * stream.time_base)
