"""The ini's lines about WebDAV: locks, properties that clients set, and listings of all below."""

from dataclasses import dataclass

from mserve.ini import Ini, Lines
from mserve.setting_words import count, whole

LINES: Lines = {
    "lock_timeout": ("3600", whole),
    "dav_properties": ("100", whole),
    "dav_properties_size": ("65536", whole),
    "dav_infinity": ("10000", count),
    "dav_uploads": ("100", whole),
}


@dataclass(frozen=True)
class DavSettings:
    """The most seconds that a lock lasts without being refreshed; the most properties that clients
    set on one file or folder, and the most bytes of all of them; the most members that are listed
    with all below them, 0: none; the most uploads in chunks that one key or user has under way."""

    lock_timeout: int
    dav_properties: int
    dav_properties_size: int
    dav_infinity: int
    dav_uploads: int


def parse(ini: Ini) -> DavSettings:
    """What `ini` says in these lines; it remembers what is wrong with them."""
    return DavSettings(**ini.values(LINES))
