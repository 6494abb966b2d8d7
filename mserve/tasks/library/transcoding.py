"""Transcoding: the frames of a file go into lanes, and people are told how far it is."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer, OutputContainer

from mserve.errors import TaskError
from mserve.tasks.confine import MIB, Limits
from mserve.tasks.library.decoding import Decoder, Frame
from mserve.tasks.library.lanes import Lane
from mserve.tasks.library.media import MediaStream, announced, seconds_of
from mserve.tasks.source import Source

HOUR = 3600.0  # seconds
TIMEOUT = 6 * HOUR
GAP, LONGEST = HOUR, 48 * HOUR  # seconds; gaps are filled, which has to have an end
ENOUGH, SLACK = 0.9, 1.0  # share and seconds of what a file announces that have to be there
LIMITS = Limits(memory=2048 * MIB, cpu=12 * HOUR, file=16 << 30)


class Progress:
    """Tells a source's progress, once each percent."""

    def __init__(self, source: Source, total: float | None) -> None:
        self._source, self._total = source, total
        self._told = -1
        self.seconds = 0.0  # that were read

    def reached(self, seconds: float) -> None:
        """Frames up to this moment have been worked on."""
        self.seconds = max(self.seconds, seconds)
        if not self._total:
            return
        percent = min(100, int(100 * seconds / self._total))
        if percent > self._told:
            self._told = percent
            words = f"{percent} %: {self.seconds:.0f} of {self._total:.0f} s"
            self._source.progress(percent / 100, words)


def feed(
    source: Source, container: InputContainer, lanes: Mapping[MediaStream, Sequence[Lane]]
) -> dict[str, Any]:
    """Put all frames of each stream into its lanes; raises TaskError where there are none.

    Gives the `seconds` that were read, and how many packets were `broken` and left out.
    """
    decoder = Decoder(container, [*lanes])
    progress = Progress(source, seconds_of(container))
    ways = {stream.index: each for stream, each in lanes.items()}
    for stream, frame in decoder.run():
        _put(frame, ways[stream.index], progress)
    if not decoder.frames:
        raise TaskError("the file is broken: nothing in it can be decoded")
    _check_end(progress.seconds, announced(container, lanes))
    for lane in chain.from_iterable(lanes.values()):
        lane.put(None)
    return {"seconds": round(progress.seconds, 3), "broken": decoder.broken}


def _put(frame: Frame, lanes: Sequence[Lane], progress: Progress) -> None:
    end = _end(frame)
    _check_gap(progress.seconds, end)
    for lane in lanes:
        lane.put(frame)
    progress.reached(end)


def _check_gap(before: float, end: float) -> None:
    if end - before > GAP or end > LONGEST:
        raise TaskError(f"the file is broken: a time of {end:.0f} s follows one of {before:.0f} s")


def _check_end(reached: float, wanted: float | None) -> None:
    if wanted and reached < ENOUGH * wanted - SLACK:
        raise TaskError(
            f"the file is broken: it ends after {reached:.1f} of the {wanted:.1f} s it announces"
        )


def _end(frame: Frame) -> float:
    """Seconds from the start of the file at which the frame is over."""
    assert frame.pts is not None and frame.time_base is not None
    return float((frame.pts + frame.duration) * frame.time_base)


@contextmanager
def written(path: Path, kind: str, **options: str) -> Iterator[OutputContainer]:
    """A new file in FFmpeg's format `kind`; `options` are the format's."""
    with av.open(str(path), "w", format=kind, container_options=options) as output:
        yield output
