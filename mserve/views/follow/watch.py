"""Watch: a client who waits for news, and when it is to look at the tree again.

Under mserve's own server who waits holds no thread of the crew, and one whose client has gone is
told at once; under another it holds a thread until it writes in vain.
"""

import select
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self, TypeVar

from transaction.interfaces import TransientError
from ZODB.POSException import StorageError

from mserve.resources.roles import Permission
from mserve.turn import ATTEND
from mserve.views.follow.looks import Environ

T = TypeVar("T")

GAP = 0.25  # seconds between two looks at least, of who is told of all changes
SHORT = 0.02  # the same of who waits for one
SHARE = 4  # a look that took a while is followed by so many times as long without one
BEAT = 15.0  # seconds after which the tree is looked at, and the client told that all is well
AWAY = 3.0  # the same while Redis tells nothing


class NotThere(Exception):
    """The job or node was removed, or may not be seen by the key any more."""


class Watch:
    """`with Watch(…) as watch`: look, rest, look, rest… Nothing of the tree is held between.

    id: of a job or node. changed: jobs of which something came; None: any may have changed.
    """

    permission = Permission.VIEW

    def __init__(self, registry: Any, environ: Environ, id: str, gap: float = GAP) -> None:
        self.registry, self.environ, self.id, self.gap = registry, environ, id, gap
        self.changed: set[str] | None = None
        self._wait = _wait
        self._not_before = 0.0
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        self.follower = self._ends.enter_context(self.registry.news.follow(self.topic))
        if ATTEND in self.environ:
            attendance = self.environ[ATTEND]
            self._wait = attendance.wait
            self._ends.enter_context(attendance.aside())
        return self

    @property
    def topic(self) -> str:
        """What its news is about (tasks/news.py)."""
        return self.id

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._ends.close()

    def look(self, function: Callable[[Any, Any], T]) -> T | None:
        """What function(asked, thing) returns; None where the database is away. Raises NotThere."""
        began = time.monotonic()
        self._hear()
        try:
            found = self.registry.looks.look(
                self.environ,
                self.id,
                lambda asked, thing: (function(asked, thing),),
                self.permission,
            )
        except (TransientError, StorageError):
            return None
        finally:
            now = time.monotonic()
            self._not_before = now + max(self.gap, SHARE * (now - began))
        if found is None:
            raise NotThere
        return found[0]  # type: ignore[no-any-return]  # database.run loses the type

    def _hear(self) -> None:
        new = self.follower.take()
        self.changed = None if new is None or self.changed is None else self.changed | new

    def rest(self, most: float = BEAT) -> bool:
        """Until it is time for another look, at most so many seconds. False: nobody waits."""
        end = time.monotonic() + min(most, BEAT if self.registry.news.heard else AWAY)
        if not self._wait(self.follower.bell, end - time.monotonic()):
            return False
        pause = min(self._not_before, end) - time.monotonic()
        return pause <= 0 or self._wait(None, pause)


def _wait(bell: int | None, seconds: float) -> bool:
    """As the server's, where it knows nothing of the client."""
    poll = select.poll()
    if bell is not None:
        poll.register(bell, select.POLLIN)
    poll.poll(1000 * max(0.0, seconds))
    return True
