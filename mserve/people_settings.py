"""The ini's lines about people who log in: how long their sessions last, and what they show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mserve.setting_words import boolean, positive

LINES: dict[str, tuple[str, Callable[[str], Any]]] = {
    "session_idle": ("3600", positive),
    "session_lifetime": ("43200", positive),
    "admin_second_factor": ("false", boolean),
}
"""Each line without its `mserve.`: what it is by default, and what it may be."""
Read = Callable[[str, str, Callable[[str], Any]], Any]


@dataclass(frozen=True)
class PeopleSettings:
    """Seconds after which a session ends: without a request, and whatever is done in it; and
    whether keys that administer the site are of use in the profile of who has a second factor
    alone."""

    session_idle: float
    session_lifetime: float
    admin_second_factor: bool = False


def parse(read: Read) -> PeopleSettings:
    """The lines, as `read(name, default, convert)` has them."""
    found: Mapping[str, Any] = {name: read(name, *line) for name, line in LINES.items()}
    return PeopleSettings(**found)
