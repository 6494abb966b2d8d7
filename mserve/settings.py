"""Settings: the ini's `mserve.*` lines, parsed once into a frozen, typed value.

All faults are reported together, each with the line that would be right. What differs from one
machine to the next, or holds a password, may come from the environment, which wins over the ini:
MSERVE_DATA (the data folder), MSERVE_DATABASE (zodbconn.uri) and MSERVE_REDIS (mserve.redis).
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import plaster

from mserve import (
    dav_settings,
    embedded,
    logins,
    monitoring_settings,
    outlets,
    people_settings,
    usage_settings,
    vault,
)
from mserve import setting_words as words
from mserve.errors import SettingsError
from mserve.ini import Ini, Lines

LINES: Lines = {
    "web_processes": ("1", words.whole),
    "workers": ("normal=2 priority=1", words.counts),
    "queues": ("", words.queues),
    "lease": ("15", words.positive),
    "heartbeat": ("4", words.positive),
    "sweep_interval": ("10", words.positive),
    "max_jobs": ("1000", words.whole),
    "page_limit": ("1000", words.whole),
    "image_pixels": ("120000000", words.whole),
    "sendfile": ("none", words.front),
    "internal_prefix": ("/-/blobs/", words.prefix),
    "streams": ("4", words.whole),
    "waiters": ("500", words.whole),
    "hsts": ("31536000", words.count),
    "upload_limit": (str(1 << 40), words.whole),
    "unpack_files": ("10000", words.whole),
    "unpack_size": (str(100 << 30), words.whole),
    "unpack_ratio": ("100", words.whole),
    "pack_days": ("7", words.whole),
    "audit_days": ("365", words.days),
    "tasks": ("", words.several),
    "demo": ("false", words.boolean),
}
MODULES = (outlets, people_settings, dav_settings, usage_settings, monitoring_settings)
"""Those that have further LINES."""


@dataclass(frozen=True)
class Settings:
    """What the ini says. Times are in seconds, sizes in bytes."""

    data: Path
    database: str
    redis: str
    web_processes: int
    workers: Mapping[str, int]
    queues: frozenset[str]
    lease: float
    heartbeat: float
    sweep_interval: float
    max_jobs: int
    page_limit: int
    image_pixels: int
    sendfile: str
    internal_prefix: str
    streams: int
    waiters: int
    hsts: int
    upload_limit: int
    unpack_files: int
    unpack_size: int
    unpack_ratio: int
    pack_days: int
    audit_days: int
    tasks: tuple[str, ...]
    demo: bool
    dav: dav_settings.DavSettings
    usage: usage_settings.UsageSettings
    monitoring: monitoring_settings.MonitoringSettings
    people: people_settings.PeopleSettings
    logins: logins.Logins
    outlets: Mapping[str, str]  # variables of the environment, for workers

    @classmethod
    def parse(cls, lines: Mapping[str, str]) -> "Settings":
        """The settings in `lines`; raises SettingsError with every fault found."""
        return cls.of(Ini(lines))

    @classmethod
    def of(cls, ini: Ini) -> "Settings":
        """The settings in the lines of `ini`; raises SettingsError with every fault found."""
        found = {**_places(ini), **ini.values(LINES), **_parts(ini)}
        _check(ini, found)
        if ini.faults:
            raise SettingsError(ini.faults)
        found["queues"] |= {"normal", "priority", *found["workers"]}
        return cls(**found)

    @classmethod
    def from_ini(cls, ini: str | Path, section: str = "main") -> "Settings":
        """The settings in the `[app:<section>]` of the ini file `ini`."""
        if not Path(ini).is_file():
            raise SettingsError([f"there is no file {ini}"])
        loader = plaster.get_loader(str(ini), protocols=["wsgi"])
        return cls.parse(loader.get_wsgi_app_settings(section))


def _places(ini: Ini) -> dict[str, Any]:
    data = embedded.data_folder(ini)
    return {
        "data": data,
        "database": ini.either("MSERVE_DATABASE", "zodbconn.uri") or embedded.database_uri(data),
        "redis": ini.either("MSERVE_REDIS", "mserve.redis") or embedded.redis_url(data),
    }


def _parts(ini: Ini) -> dict[str, Any]:
    """What the lines of other modules say."""
    return {
        "dav": dav_settings.parse(ini),
        "usage": usage_settings.parse(ini),
        "monitoring": monitoring_settings.parse(ini),
        "people": people_settings.parse(ini),
        "logins": logins.parse(ini.lines, ini.faults),
        "outlets": outlets.environment(ini.lines, ini.faults),
    }


def _check(ini: Ini, found: dict[str, Any]) -> None:
    _check_known(ini)
    _check_lease(ini, found["lease"], found["heartbeat"])
    _check_vaults(ini, found["data"])


def _check_known(ini: Ini) -> None:
    known = {"data", "redis", *LINES, *(name for each in MODULES for name in each.LINES)}
    for line in ini.lines:
        name = line.removeprefix("mserve.")
        elsewhere = outlets.is_line(name) or logins.is_line(name)
        if name != line and name not in known and not elsewhere:
            ini.faults.append(f"{line} is not a setting of mserve; known: {sorted(known)}")


def _check_lease(ini: Ini, lease: float | None, heartbeat: float | None) -> None:
    if lease and heartbeat and lease < 2 * heartbeat:
        ini.faults.append(
            f"mserve.lease = {lease:g}: should be at least twice mserve.heartbeat "
            f"({heartbeat:g}), or a worker that lives is taken for dead"
        )


def _check_vaults(ini: Ini, data: Path) -> None:
    for name in vault.NAMES:
        text = ini.lines.get(f"mserve.{name}", "").strip()
        if text and data in (path := Path(os.path.normpath(text)), *path.parents):
            ini.faults.append(f"mserve.{name} = {text}: should not be in the data folder")
