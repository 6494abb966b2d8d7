"""Interrupts: a task is ended early, by its time limit or by a person, and nothing else is.

The exceptions are raised by signals in the main thread, and only between the task's first and last
line: claiming and finishing are never broken off in the middle of a commit.
"""

import faulthandler
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

T = TypeVar("T")
GRACE = 30.0  # seconds
STDERR = 2


class Interrupted(BaseException):
    """Ends a task; no Exception, so that a task which catches all of these can't swallow it."""


class TaskTimeout(Interrupted):
    """The task took longer than it may."""


class TaskStopped(Interrupted):
    """Somebody told the task to stop."""


class Interrupts:
    """The alarm clock and stop button of the one task that a process runs at a time.

    Takes over SIGALRM and SIGUSR1, and so is made in the main thread, once in a process.
    """

    def __init__(self) -> None:
        self._task: str | None = None
        self._limit = 0.0
        self._to_stop: str | None = None
        self._postponed = False
        self._pending: Interrupted | None = None
        signal.signal(signal.SIGALRM, self._on_alarm)
        signal.signal(signal.SIGUSR1, self._on_stop)

    def run(self, task: str, seconds: float, function: Callable[[], T]) -> T:
        """What `function()` returns; raises TaskTimeout after `seconds`, TaskStopped if told to.

        Code that never comes back to the interpreter can't be interrupted: GRACE seconds later it
        takes the process with it, with a traceback to stderr.
        """
        try:
            try:
                self._begin(task, seconds)
                return function()
            finally:
                self._task = None  # from here on nothing is raised any more
        finally:
            self._task = self._pending = None  # an interrupt may have come before the line above
            signal.setitimer(signal.ITIMER_REAL, 0)
            faulthandler.cancel_dump_traceback_later()

    def _begin(self, task: str, seconds: float) -> None:
        faulthandler.dump_traceback_later(seconds + GRACE, exit=True, file=STDERR)
        self._limit = seconds
        self._task = task
        signal.setitimer(signal.ITIMER_REAL, seconds)
        if self._to_stop == task:  # it came before the task began
            self._interrupt(TaskStopped())

    def stop(self, task: str) -> None:
        """Stops `task` if it runs now or next; may be called in any thread."""
        self._to_stop = task
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGUSR1)

    @contextmanager
    def postponed(self) -> Iterator[None]:
        """For a conversation that must not be broken off: interrupts come at its end."""
        self._postponed = True
        try:
            yield
        finally:
            self._postponed = False
            pending, self._pending = self._pending, None
            if pending is not None:
                self._interrupt(pending)

    def _on_alarm(self, number: int, frame: FrameType | None) -> None:
        if self._task is not None:
            self._interrupt(TaskTimeout(f"took longer than the {self._limit:g} s that it may"))

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        if self._task is not None and self._task == self._to_stop:
            self._interrupt(TaskStopped("was stopped"))

    def _interrupt(self, interrupt: Interrupted) -> None:
        if self._postponed:
            self._pending = interrupt
        elif self._task is not None:
            self._task = None  # once only: what cleans up after it is left in peace
            raise interrupt
