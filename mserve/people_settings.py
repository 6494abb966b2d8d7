"""The ini's lines about people who log in: how long their sessions last."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

DEFAULTS = {
    "session_idle": "3600",
    "session_lifetime": "43200",
}
"""Each line without its `mserve.`, in seconds."""
Read = Callable[[str, str, Callable[[str], Any]], Any]


@dataclass(frozen=True)
class PeopleSettings:
    """Seconds after which a session ends: without a request, and whatever is done in it."""

    session_idle: float
    session_lifetime: float


def parse(read: Read, seconds: Callable[[str], float]) -> PeopleSettings:
    """The lines, as `read(name, default, convert)` has them."""
    found: Mapping[str, Any] = {
        name: read(name, default, seconds) for name, default in DEFAULTS.items()
    }
    return PeopleSettings(**found)
