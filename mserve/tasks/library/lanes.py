"""Lanes: the way of one stream's frames through filters and an encoder into a container."""

from fractions import Fraction
from typing import Protocol

from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec.context import Flags
from av.container import OutputContainer
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from mserve.tasks.library.chain import Chain, Filters
from mserve.tasks.library.codecs import AudioCodec, VideoCodec
from mserve.tasks.library.decoding import Frame
from mserve.tasks.library.media import THREADS
from mserve.tasks.library.picture import Look
from mserve.tasks.library.sound import layout_for, sound_chain

UNIT = Fraction(1, 90_000)  # seconds; of the times of frames to be encoded
BT709, VIDEO_RANGE = 1, 1  # ITU-T H.273: matrix coefficients, and not the full range


class Lane(Protocol):
    """Takes the frames of a stream; None is the end."""

    def put(self, frame: Frame | None) -> None: ...


class VideoLane:
    """Makes a film look as it should."""

    def __init__(self, output: OutputContainer, codec: VideoCodec, look: Look) -> None:
        self.output = output
        self.look = look
        self.encoder = _add_video(output, codec, look)
        self._next_key = 0  # seconds
        self._last = -1

        def filters(frame: Frame, first: bool) -> Filters:
            assert isinstance(frame, VideoFrame)
            return look.filters(frame, codec.pixels)

        self._chain = Chain(filters)

    @property
    def header(self) -> bytes:
        """The encoder's own, once a frame has been put in."""
        return self.encoder.codec_context.extradata or b""

    def put(self, frame: Frame | None) -> None:
        """Frames that go back in time are left out."""
        for each in self._chain.run(frame):
            assert isinstance(each, VideoFrame) and each.pts is not None and each.time_base
            place = round(each.pts * each.time_base / UNIT)
            if place > self._last:
                self._last = place
                self._mark(each, place * UNIT)
                self.output.mux(self.encoder.encode(each))
        if frame is None:
            self.output.mux(self.encoder.encode(None))

    def _mark(self, frame: VideoFrame, moment: Fraction) -> None:
        """Key frames where they are wanted, and not where the source had them."""
        frame.pict_type = PictureType.NONE
        if moment >= self._next_key:
            frame.pict_type = PictureType.I
            self._next_key = (moment // self.look.key_every + 1) * self.look.key_every


class AudioLane:
    """Sound like that of the stream `like`, with no more channels than the codec is to have."""

    def __init__(self, output: OutputContainer, codec: AudioCodec, like: AudioStream) -> None:
        self.output = output
        rate, layout = codec.rate_for(like.sample_rate), layout_for(like, codec.channels)
        encoder = output.add_stream(codec.name, rate=rate, layout=layout, bit_rate=codec.bit_rate)
        assert isinstance(encoder, AudioStream)
        self.encoder = encoder
        self._chain = sound_chain(encoder.format.name, rate, layout)

    def put(self, frame: Frame | None) -> None:
        """Encode, and write what comes of it."""
        for each in self._chain.run(frame):
            assert isinstance(each, AudioFrame)
            self.output.mux(self.encoder.encode(each))
        if frame is None:
            self.output.mux(self.encoder.encode(None))


def _add_video(output: OutputContainer, codec: VideoCodec, look: Look) -> VideoStream:
    options = {"threads": str(THREADS), **codec.options}
    encoder = output.add_stream(codec.name, rate=look.actual_rate, options=options, time_base=UNIT)
    assert isinstance(encoder, VideoStream)
    context = encoder.codec_context
    context.width, context.height = look.size
    context.pix_fmt = codec.pixels
    context.sample_aspect_ratio = Fraction(1)
    context.flags |= Flags.frame_duration
    context.colorspace, context.color_range = BT709, VIDEO_RANGE
    context.color_primaries = look.picture.primaries
    context.color_trc = look.picture.transfer
    return encoder
