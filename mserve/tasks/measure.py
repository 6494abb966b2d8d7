"""Measure: what a task uses and says that runs in the worker's own process.

One that is confined tells its own figures (tasks/confined.py), and they win.
"""

import logging
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import get_ident

from mserve.tasks.confine import LOG_KEPT, Meter
from mserve.tasks.confined import Spent

FORMAT = logging.Formatter("%(levelname)s %(name)s: %(message)s")


class Listener(logging.Handler):
    """Keeps the end of what one thread logs; `heard()` is called when there is more."""

    def __init__(self, heard: Callable[[], None]) -> None:
        super().__init__()
        self.heard = heard
        self.setFormatter(FORMAT)
        self.thread = get_ident()
        self.log = ""

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread:
            self.log = f"{self.log}{self.format(record)}\n"[-LOG_KEPT:]
            self.heard()


@contextmanager
def measured(meter: Meter) -> Iterator[None]:
    """Has the meter hold what this thread uses and logs meanwhile."""
    listener, before = Listener(lambda: meter.tell()), _cpu()
    meter.tail = lambda: listener.log
    logging.getLogger().addHandler(listener)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(listener)
        if meter.spent == Spent():
            meter.spent = Spent(_cpu() - before, _memory())
        meter.log = (meter.log + listener.log)[-LOG_KEPT:]


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_THREAD)
    return used.ru_utime + used.ru_stime


def _memory() -> int:
    """The most that the worker had so far: a task's own share is not to be told apart."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
