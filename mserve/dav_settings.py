"""The ini's lines about locks, and properties that clients of WebDAV set."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

DEFAULTS = {
    "lock_timeout": "3600",
    "dav_properties": "100",
    "dav_properties_size": "65536",
}
"""Each line without its `mserve.`."""
Read = Callable[[str, str, Callable[[str], Any]], Any]


@dataclass(frozen=True)
class DavSettings:
    """The most seconds that a lock lasts without being refreshed; the most properties that clients
    set on one file or folder, and the most bytes of all of them."""

    lock_timeout: int
    dav_properties: int
    dav_properties_size: int


def parse(read: Read, whole: Callable[[str], int]) -> DavSettings:
    """The lines, as `read(name, default, convert)` has them."""
    found: Mapping[str, Any] = {
        name: read(name, default, whole) for name, default in DEFAULTS.items()
    }
    return DavSettings(**found)
