"""Patience: what fails in passing is tried again, after pauses that grow."""

import random
from collections.abc import Callable
from threading import Event
from typing import TypeVar

from mserve.client.errors import Answered, ClientError, Stopped

Result = TypeVar("Result")
Notice = Callable[[str], None]

FIRST = 0.5  # seconds
LONGEST = 30.0
OBEYED = 600.0  # the longest pause that a server may ask for, seconds


class Patience:
    """tries: attempts without any progress before the error is raised; stop: gives up at once."""

    def __init__(self, tries: int, stop: Event, notice: Notice) -> None:
        self.tries, self.stop, self.notice = tries, stop, notice

    def __call__(
        self, attempt: Callable[[], Result], progress: Callable[[], int] = lambda: 0
    ) -> Result:
        """What `attempt()` returns; `progress()` tells how far it has come."""
        failed, reached = 0, progress()
        while True:
            self.check()
            try:
                return attempt()
            except ClientError as fault:
                failed = 0 if progress() > reached else failed
                reached = max(reached, progress())
                failed += 1
                if not fault.passing or failed >= self.tries:
                    raise
                self.wait(pause(failed, fault), fault)

    def check(self) -> None:
        """Raises Stopped if the caller wants no more."""
        if self.stop.is_set():
            raise Stopped("stopped; the same command goes on from here")

    def wait(self, seconds: float, fault: ClientError) -> None:
        if seconds >= 1:
            self.notice(f"{fault}; trying again in {seconds:.0f} s")
        self.stop.wait(seconds)


def pause(failed: int, fault: ClientError) -> float:
    """Seconds: twice as long each time, with jitter; or what the server asks for (Retry-After)."""
    asked = fault.after if isinstance(fault, Answered) else None
    own = min(LONGEST, FIRST * 2.0 ** (failed - 1)) * random.uniform(0.5, 1)
    return own if asked is None else min(asked, OBEYED) + random.uniform(0, FIRST)
