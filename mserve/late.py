"""Late: who has guessed wrong a few times gets the next answers after a while.

A server that can hold an answer back without a thread leaves the means in the environ; another one
answers at once. Nobody is told less or more by it, and nothing hangs on it: throttle.py counts.
"""

from collections.abc import Callable, Mapping
from typing import Any

HOLD = "mserve.hold"
"""In the WSGI environ: called with the seconds for which the answer is to be held back."""
FREE = 3  # failures
STEP = 0.1  # seconds, for each one more
MOST = 0.5  # seconds


def pause(failures: int) -> float:
    """Seconds that an answer is late after so many failures in a row: who mistypes feels none."""
    return min(max(failures - FREE, 0) * STEP, MOST)


def hold_back(environ: Mapping[str, Any], seconds: float = MOST) -> None:
    """The answer is one to a wrong guess: it comes so late, or later where there are many."""
    hold: Callable[[float], None] | None = environ.get(HOLD)
    if hold is not None:
        hold(seconds)
