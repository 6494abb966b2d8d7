"""The transcode task: a film or a sound in one of the forms that have names."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from mserve.tasks.library.codecs import FLAC, MP3, OPUS, PCM, PRORES, VP9, aac, h264
from mserve.tasks.library.films import Form, make_film, make_sound
from mserve.tasks.library.picture import Look, box_of, fit, look_at
from mserve.tasks.library.transcoding import LIMITS, TIMEOUT
from mserve.tasks.outcome import Outcome, Output
from mserve.tasks.registry import task
from mserve.tasks.source import Source
from mserve.tasks.tools import FILMS

RATE = Fraction(60)  # frames a second at most
FAST_START = {"movflags": "+faststart"}


@dataclass(frozen=True)
class Preset:
    """`lines`: of a film's shorter side at most; None keeps all."""

    form: Form
    suffix: str
    mimetype: str
    lines: int | None = None


def _mp4(lines: int) -> Preset:
    return Preset(Form("mp4", aac(), h264(21), FAST_START), "mp4", "video/mp4", lines)


PRESETS = {
    "mp4-1080p": _mp4(1080),
    "mp4-720p": _mp4(720),
    "mp4-480p": _mp4(480),
    "webm-720p": Preset(Form("webm", OPUS, VP9), "webm", "video/webm", 720),
    "prores-proxy": Preset(Form("mov", PCM, PRORES), "mov", "video/quicktime"),
    "mp3-192k": Preset(Form("mp3", MP3), "mp3", "audio/mpeg"),
    "aac-128k": Preset(Form("ipod", aac(128_000), None, FAST_START), "m4a", "audio/mp4"),
    "opus-96k": Preset(Form("ogg", OPUS), "opus", "audio/ogg"),
    "flac": Preset(Form("flac", FLAC), "flac", "audio/flac"),
    "wav": Preset(Form("wav", PCM, None, {"rf64": "auto"}), "wav", "audio/wav"),
}
Name = Literal[
    "mp4-1080p", "mp4-720p", "mp4-480p", "webm-720p", "prores-proxy",
    "mp3-192k", "aac-128k", "opus-96k", "flac", "wav",
]  # fmt: skip


@task("transcode", timeout=TIMEOUT, limits=LIMITS, tools=FILMS)
def transcode(source: Source, *, preset: Name) -> Outcome:
    """Make a film or a sound in another form, as one of the presets says."""
    chosen = PRESETS[preset]
    path = source.scratch / f"{preset}.{chosen.suffix}"
    if chosen.form.video is None:
        result = make_sound(source, path, chosen.form)
    else:
        picture = look_at(source.path)
        box = box_of(chosen.lines, picture.size) if chosen.lines else picture.size
        size = fit(picture.size, box, even=True)
        result = make_film(source, path, chosen.form, Look(picture, size, RATE))
    return Outcome({"preset": preset, **result}, outputs=(Output(preset, path, chosen.mimetype),))
