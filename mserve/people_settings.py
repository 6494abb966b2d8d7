"""The ini's lines about people who log in: how long their sessions last, and what they show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

DEFAULTS = {
    "session_idle": "3600",
    "session_lifetime": "43200",
    "admin_second_factor": "false",
}
"""Each line without its `mserve.`."""
FLAG = "admin_second_factor"
Read = Callable[[str, str, Callable[[str], Any]], Any]


@dataclass(frozen=True)
class PeopleSettings:
    """Seconds after which a session ends: without a request, and whatever is done in it; and
    whether keys that administer the site are of use in the profile of who has a second factor
    alone."""

    session_idle: float
    session_lifetime: float
    admin_second_factor: bool = False


def parse(
    read: Read, seconds: Callable[[str], float], flag: Callable[[str], bool]
) -> PeopleSettings:
    """The lines, as `read(name, default, convert)` has them."""
    found: Mapping[str, Any] = {
        name: read(name, default, flag if name == FLAG else seconds)
        for name, default in DEFAULTS.items()
    }
    return PeopleSettings(**found)
