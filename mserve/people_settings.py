"""The ini's lines about people who log in: how long their sessions last, and what they show."""

from dataclasses import dataclass

from mserve.ini import Ini, Lines
from mserve.setting_words import boolean, positive

LINES: Lines = {
    "session_idle": ("3600", positive),
    "session_lifetime": ("43200", positive),
    "admin_second_factor": ("false", boolean),
}


@dataclass(frozen=True)
class PeopleSettings:
    """Seconds after which a session ends: without a request, and whatever is done in it; and
    whether keys that administer the site are of use in the profile of who has a second factor
    alone."""

    session_idle: float
    session_lifetime: float
    admin_second_factor: bool = False


def parse(ini: Ini) -> PeopleSettings:
    """What `ini` says in these lines; it remembers what is wrong with them."""
    return PeopleSettings(**ini.values(LINES))
