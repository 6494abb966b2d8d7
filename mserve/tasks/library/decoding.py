"""Decoding: the frames of a file, their times counted from its start, what is broken left out."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import av
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mserve.tasks.library.media import CODEC, MICROSECOND, THREADS, MediaStream

Frame = VideoFrame | AudioFrame
FAR = 1 << 62  # a time that is still a number to FFmpeg
USUAL_RATE = Fraction(25)  # frames a second, where the file does not say


class Decoder:
    """The frames of `streams`, as they come; `broken` counts the packets that gave none."""

    def __init__(self, container: InputContainer, streams: Sequence[MediaStream]) -> None:
        self.container = container
        self.streams = streams
        self.frames = self.broken = 0
        self._start = Fraction(container.start_time or 0, MICROSECOND)
        self._next: dict[int, int] = {}
        for each in streams:
            each.codec_context.options = dict(CODEC)
            each.codec_context.thread_count = THREADS
            each.codec_context.thread_type = "AUTO"

    def run(self) -> Iterator[tuple[MediaStream, Frame]]:
        """Frames with the stream that they are of."""
        for stream, packet in self._packets():
            for frame in self._decode(stream, packet):
                self.frames += 1
                self._set_time(stream, frame)
                yield stream, frame

    def _packets(self) -> Iterator[tuple[MediaStream, "Packet[Stream] | None"]]:
        """Each packet; at the end those, or None, that make a decoder give what it still holds."""
        by_index = {each.index: each for each in self.streams}
        try:
            for packet in self.container.demux(*self.streams):
                if packet.stream.index in by_index:
                    yield by_index[packet.stream.index], packet
        except IndexError:  # PyAV at the end of a file in which a stream came up on the way
            yield from ((each, None) for each in self.streams)

    def _decode(self, stream: MediaStream, packet: "Packet[Stream] | None") -> list[Frame]:
        try:
            return [*stream.codec_context.decode(packet)]
        except EOFError:  # it has given all
            return []
        except (av.InvalidDataError, av.error.PatchWelcomeError):
            self.broken += 1
            return []

    def _set_time(self, stream: MediaStream, frame: Frame) -> None:
        """Where the file does not say when, it is after the frame before."""
        unit = frame.time_base or stream.time_base or Fraction(1, MICROSECOND)
        told = frame.dts if frame.pts is None else frame.pts
        begin = self._next.get(stream.index, 0)
        if told is not None:
            begin = min(max(told - round(self._start / unit), -FAR), FAR)
        frame.pts, frame.time_base = begin, unit
        self._next[stream.index] = begin + max(1, round(_length(stream, frame) / unit))


def rate_of(stream: VideoStream) -> Fraction:
    """Frames a second, on the whole; uneven times may look like a thousand where they are few."""
    told = [each for each in (stream.guessed_rate, stream.average_rate) if each]
    return min(told, default=USUAL_RATE)


def _length(stream: MediaStream, frame: Frame) -> Fraction:
    """Seconds that a frame lasts."""
    if isinstance(frame, AudioFrame):
        return Fraction(frame.samples, frame.sample_rate or 1)
    assert isinstance(stream, VideoStream)
    return 1 / rate_of(stream)
