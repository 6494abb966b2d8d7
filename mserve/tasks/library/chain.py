"""Chain: FFmpeg's filters between frames as they are decoded and as they are wanted."""

from collections.abc import Callable, Iterator, Sequence

from av.audio.frame import AudioFrame
from av.filter import Graph
from av.filter.context import FilterContext

from mserve.tasks.library.decoding import Frame
from mserve.tasks.library.media import THREADS

Filters = Sequence[tuple[str, str]]
"""Names of filters, with their arguments as FFmpeg writes them."""


class Chain:
    """`filters(frame, first)` says which for frames like this one.

    They are made anew where the frames change in size or format, as they may on the way; `first`
    is false then.
    """

    def __init__(self, filters: Callable[[Frame, bool], Filters]) -> None:
        self._filters = filters
        self._graph: Graph | None = None
        self._like: tuple[object, ...] = ()

    def run(self, frame: Frame | None) -> Iterator[Frame]:
        """What comes out as `frame` is put in; None stands for the end."""
        if frame is None or _likeness(frame) != self._like:
            yield from self._drain()
        if frame is None:
            return
        if self._graph is None:
            self._graph = self._build(frame)
        self._graph.push(frame)
        yield from _pull(self._graph)

    def _drain(self) -> Iterator[Frame]:
        if self._graph is not None:
            self._graph.push(None)
            yield from _pull(self._graph)
            self._graph = None

    def _build(self, frame: Frame) -> Graph:
        first, self._like = not self._like, _likeness(frame)
        graph = Graph()
        graph.threads = THREADS
        begin = _source(graph, frame)
        between = [graph.add(name, text or None) for name, text in self._filters(frame, first)]
        end = graph.add("abuffersink" if isinstance(frame, AudioFrame) else "buffersink")
        graph.link_nodes(begin, *between, end).configure()
        return graph


def _likeness(frame: Frame) -> tuple[object, ...]:
    if isinstance(frame, AudioFrame):
        return frame.format.name, frame.layout.name, frame.sample_rate
    return frame.format.name, frame.width, frame.height, frame.colorspace, frame.color_range


def _source(graph: Graph, frame: Frame) -> FilterContext:
    unit = str(frame.time_base)
    if isinstance(frame, AudioFrame):
        return graph.add(
            "abuffer", time_base=unit, sample_fmt=frame.format.name,
            sample_rate=str(frame.sample_rate), channel_layout=frame.layout.name,
        )  # fmt: skip
    return graph.add(
        "buffer", time_base=unit, pix_fmt=frame.format.name, pixel_aspect="1/1",
        video_size=f"{frame.width}x{frame.height}",
        colorspace=str(int(frame.colorspace)), range=str(int(frame.color_range)),
    )  # fmt: skip


def _pull(graph: Graph) -> Iterator[Frame]:
    while True:
        try:
            yield graph.pull()
        except (BlockingIOError, EOFError):  # it wants more, or has given all
            return
