"""Streams of events, in the format of Server-Sent Events (HTML, 9.2.6); and that of one job.

`job` is the whole JSON of the job, `progress` how far it is, `said` the end of what tasks that run
have said so far, `end` says that no more will come. In between comments show that the connection is
alive.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Any

from mserve.views.follow.seen import Seen, see
from mserve.views.follow.watch import BEAT, NotThere, Watch

END = "end"
"""The id of the last event: who comes again with it has heard everything."""


def event(name: str, data: Any, id: str | None = None) -> bytes:
    """One event; JSON has no line breaks. Without an id, that of the one before holds on."""
    head = f"event: {name}\n" if id is None else f"id: {id}\nevent: {name}\n"
    return f"{head}data: {json.dumps(data)}\n\n".encode()


class Teller:
    """Makes blocks of events; comments, where there have been none for a while."""

    first = b"retry: 2000\n\n"  # ms after which a browser connects again

    def __init__(self) -> None:
        self._said = time.monotonic()

    def say(self, events: Iterable[bytes]) -> Iterator[bytes]:
        block = b"".join(events)
        if not block and time.monotonic() - self._said >= BEAT - 1:
            block = b":\n\n"
        if block:
            self._said = time.monotonic()
            yield block


def telling(watch: Watch, look: Callable[[], Iterable[bytes]]) -> Iterator[bytes]:
    """The events that each `look()` has, until nobody listens any more or it raises NotThere."""
    teller = Teller()
    with watch:
        yield teller.first
        while True:
            try:
                events = look()
            except NotThere:
                return
            yield from teller.say(events)
            if not watch.rest():
                return


class Stream:
    """What one client is told of a job."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._facts: Any = None
        self._progress: Any = None
        self._said: dict[str, str] = {}

    def blocks(self) -> Iterator[bytes]:
        """Until the job has ended, or nobody listens any more."""
        teller = Teller()
        with self._watch as watch:
            yield teller.first
            while True:
                try:
                    seen = see(watch, logs=True)
                except NotThere:
                    yield event(END, {"state": None}, END)
                    return
                yield from teller.say(self._news(seen) if seen else ())
                if (seen and seen.ended) or not watch.rest():
                    return

    def _news(self, seen: Seen) -> Iterator[bytes]:
        """What was not told yet."""
        percent = seen.document["percent"]
        facts, progress = {**seen.document, "percent": None}, (percent, seen.progress)
        if facts != self._facts:
            id = sha256(json.dumps(facts).encode()).hexdigest()[:16]
            yield event("job", seen.document, id)
        if progress != self._progress and seen.progress:
            tasks = {run: {"fraction": f, "words": w} for run, (f, w) in seen.progress.items()}
            yield event("progress", {"percent": percent, "tasks": tasks})
        if said := {run: s for run, s in seen.said.items() if s != self._said.get(run)}:
            yield event("said", said)
        self._facts, self._progress, self._said = facts, progress, seen.said
        if seen.ended:
            yield event(END, {"state": seen.document["state"]}, END)
