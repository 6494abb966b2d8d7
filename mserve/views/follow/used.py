"""The stream of events of a node's usage: its sums, as they change."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from mserve.resources import clock
from mserve.resources.figure import Figure, fields
from mserve.resources.node import Node
from mserve.resources.report import so_far
from mserve.resources.roles import Permission
from mserve.tasks import ripples
from mserve.views import usage
from mserve.views.follow.stream import event, telling
from mserve.views.follow.watch import Watch
from mserve.views.json import Json

GAP = 1.0  # seconds between two events at least


class UsageWatch(Watch):
    """`id`: of a node, of which the client may see the usage."""

    permission = Permission.USAGE

    @property
    def topic(self) -> str:
        return ripples.topic(self.id)


class State(NamedTuple):
    """The sums at one moment, and what is another where they are."""

    id: str
    figures: Mapping[str, Figure]


class Used:
    """What one client is told: all at first, unless it has come so far, then what has changed."""

    def __init__(self, watch: UsageWatch, known: str | None) -> None:
        self._watch, self._known = watch, known
        self._last = State("", {})

    def blocks(self) -> Iterator[bytes]:
        """Until nobody listens any more."""
        return telling(self._watch, self._look)

    def _look(self) -> Iterable[bytes]:
        state = self._watch.look(_see)
        return () if state is None else self._news(state)

    def _news(self, state: State) -> Iterator[bytes]:
        last, self._last = self._last, state
        if not last.id and state.id == self._known:
            return
        items = [*_changed(last, state)]
        if items or not last.id:
            yield event("usage", {"items": items}, state.id)


def _see(asked: Any, node: Node) -> State:
    figures = node.usage.figures
    told = repr(sorted(fields(figures).items()))
    return State(sha256(told.encode()).hexdigest()[:16], figures)


def _changed(last: State, state: State) -> Iterator[Json]:
    moment = clock.now()
    for metric, figure in sorted(state.figures.items()):
        if figure != last.figures.get(metric):
            yield usage.report(so_far(metric, "", figure, moment))
