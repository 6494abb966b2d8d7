"""ServiceRequest: a person asks a container for a service."""

from typing import Any

from persistent import Persistent

from mserve.errors import BadInput, Conflict
from mserve.resources import clock
from mserve.resources.ids import new_id

OPEN, ACCEPTED, REJECTED, WITHDRAWN = "open", "accepted", "rejected", "withdrawn"
LONGEST = 2000  # characters of a reason or word


class ServiceRequest(Persistent):  # type: ignore[misc]  # persistent has no types
    """`word` is what its administrator said of it; `key` the id of the key that came of it.

    It is in the container's `requests` and in its user's, and is one object.
    """

    state = OPEN
    word = ""
    ended: int | None = None
    """When it was accepted, rejected or withdrawn (µs), or None."""
    key: str | None = None

    def __init__(self, container: Any, user: Any, name: str, reason: str) -> None:
        self.id = self.__name__ = new_id()
        self.__parent__ = container
        self.user = user
        self.name = name
        self.reason = reason
        self.created = clock.now()

    def end(self, state: str, word: str = "") -> None:
        """Raises Conflict where it has ended already."""
        if self.state != OPEN:
            raise Conflict(f"the request was {self.state} already, and stays so")
        self.state, self.word, self.ended = state, word, clock.now()


def check_words(value: object) -> str:
    """A reason or word; raises BadInput."""
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > LONGEST:
        raise BadInput(f"should be a text of 1 to {LONGEST} characters")
    return text
