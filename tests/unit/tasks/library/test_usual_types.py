"""The usual profiles know films and sounds by the very types that the task `mime` finds."""

from pathlib import Path

import av
import pytest
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from mserve.resources.defaults import FILM, FILMS, SOUND, SOUNDS
from mserve.tasks.condition import Condition
from mserve.tasks.library.libmagic import detect
from mserve.tasks.library.suffixes import refine

MADE = [
    ("a.mp4", "mp4", "libx264"), ("a.mov", "mov", "libx264"), ("a.mkv", "matroska", "libx264"),
    ("a.webm", "webm", "libvpx"), ("a.avi", "avi", "mpeg4"), ("a.mpg", "mpeg", "mpeg1video"),
    ("a.flv", "flv", "flv1"), ("a.3gp", "3gp", "mpeg4"), ("a.m2ts", "mpegts", "libx264"),
    ("a.wav", "wav", "pcm_s16le"), ("a.flac", "flac", "flac"), ("a.mp3", "mp3", "mp3"),
    ("a.m4a", "ipod", "aac"), ("a.mka", "matroska", "aac"), ("a.aac", "adts", "aac"),
    ("a.oga", "ogg", "flac"), ("a.aiff", "aiff", "pcm_s16be"), ("a.au", "au", "pcm_s16be"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "kind", "codec"), MADE)
def test_what_is_made_is_known(tmp_path: Path, name: str, kind: str, codec: str) -> None:
    path = tmp_path / name
    options = {"mpegts_m2ts_mode": "1"} if kind == "mpegts" else {}
    with av.open(str(path), "w", format=kind, options=options) as output:
        stream = output.add_stream(codec, rate=25 if is_film(codec) else 44100)
        assert isinstance(stream, VideoStream | AudioStream)
        for packet in packets(stream):
            output.mux(packet)
    found = {"mfile": {"mimetype": refine(detect(path).mimetype, name)}}
    assert Condition.parse(FILM).holds(found) == is_film(codec), found
    assert Condition.parse(SOUND).holds(found) != is_film(codec), found


def is_film(codec: str) -> bool:
    return av.codec.Codec(codec, "w").type == "video"


def packets(stream: VideoStream | AudioStream) -> list[av.Packet]:
    """A second of grey, or of silence."""
    found: list[av.Packet] = []
    if isinstance(stream, VideoStream):
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for number in range(25):
            frame = av.VideoFrame(64, 64, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([128]) * plane.buffer_size)
            frame.pts = number
            found += stream.encode(frame)
        return found + stream.encode(None)
    stream.layout = "stereo"
    size = stream.codec_context.frame_size or 1024
    for number in range(40):
        sound = av.AudioFrame(stream.format.name, "stereo", size)
        for sound_plane in sound.planes:
            sound_plane.update(bytes(sound_plane.buffer_size))
        sound.sample_rate, sound.pts = 44100, number * size
        found += stream.encode(sound)
    return found + stream.encode(None)


def test_no_type_is_both() -> None:
    assert not {*FILMS} & {*SOUNDS}
