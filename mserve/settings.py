"""Settings: the ini's `mserve.*` lines, parsed once into a frozen, typed value.

All faults are reported together, each with the line that would be right. What differs from one
machine to the next, or holds a password, may come from the environment, which wins over the ini:
MSERVE_DATA (the data folder), MSERVE_DATABASE (zodbconn.uri) and MSERVE_REDIS (mserve.redis).
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import plaster

from mserve import (
    dav_settings,
    logins,
    monitoring_settings,
    outlets,
    people_settings,
    usage_settings,
    vault,
)
from mserve import setting_words as words
from mserve.errors import SettingsError

SOCKET_PATH_LIMIT = 100  # bytes; sun_path holds 108 on Linux, unix(7), and names are appended


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
        return Parser(lines).settings()

    @classmethod
    def from_ini(cls, ini: str | Path, section: str = "main") -> "Settings":
        """The settings in the `[app:<section>]` of the ini file `ini`."""
        if not Path(ini).is_file():
            raise SettingsError([f"there is no file {ini}"])
        loader = plaster.get_loader(str(ini), protocols=["wsgi"])
        return cls.parse(loader.get_wsgi_app_settings(section))


def database_uri(data: Path) -> str:
    """The embedded default: ZEO by a socket in the data folder, blobs shared by all processes."""
    options = {
        "server_sync": "1",  # a process sees what another has committed before it answered
        "storage": "1",
        "wait_timeout": "30",
        "blob_dir": str(data / "blobs"),
        "shared_blob_dir": "1",
        "connection_pool_size": "16",
        "connection_cache_size": "50000",
    }
    return f"zeosync://{data / 'zeo.sock'}?{urlencode(options)}"


def redis_url(data: Path) -> str:
    """The embedded default: Redis by a socket in the data folder."""
    return f"unix://{quote(str(data / 'redis.sock'))}"


class Parser:
    """Reads one line after the other and remembers what was wrong."""

    def __init__(self, lines: Mapping[str, str]) -> None:
        self.lines = lines
        self.faults: list[str] = []

    def settings(self) -> Settings:
        data = self.data_folder()
        workers = self.read("workers", "normal=2 priority=1", words.counts)
        named = self.read("queues", "", lambda text: frozenset(map(words.queue, text.split())))
        settings = Settings(
            data=data,
            database=self.either("MSERVE_DATABASE", "zodbconn.uri") or database_uri(data),
            redis=self.either("MSERVE_REDIS", "mserve.redis") or redis_url(data),
            web_processes=self.read("web_processes", "1", words.whole),
            workers=workers or {},
            queues=frozenset({"normal", "priority", *(workers or ()), *(named or ())}),
            lease=self.read("lease", "15", words.positive),
            heartbeat=self.read("heartbeat", "4", words.positive),
            sweep_interval=self.read("sweep_interval", "10", words.positive),
            max_jobs=self.read("max_jobs", "1000", words.whole),
            page_limit=self.read("page_limit", "1000", words.whole),
            image_pixels=self.read("image_pixels", "120000000", words.whole),
            sendfile=self.read("sendfile", "none", words.front),
            internal_prefix=self.read("internal_prefix", "/-/blobs/", words.prefix),
            streams=self.read("streams", "4", words.whole),
            waiters=self.read("waiters", "500", words.whole),
            hsts=self.read("hsts", "31536000", words.count),
            upload_limit=self.read("upload_limit", str(1 << 40), words.whole),
            unpack_files=self.read("unpack_files", "10000", words.whole),
            unpack_size=self.read("unpack_size", str(100 << 30), words.whole),
            unpack_ratio=self.read("unpack_ratio", "100", words.whole),
            pack_days=self.read("pack_days", "7", words.whole),
            audit_days=self.read("audit_days", "365", words.days),
            tasks=tuple(self.lines.get("mserve.tasks", "").split()),
            demo=self.read("demo", "false", words.boolean),
            dav=dav_settings.parse(self.read),
            usage=usage_settings.parse(self.read),
            monitoring=monitoring_settings.parse(self.read),
            people=people_settings.parse(self.read),
            logins=logins.parse(self.lines, self.faults),
            outlets=outlets.environment(self.lines, self.faults),
        )
        self.check_known()
        self.check_lease(settings)
        self.check_vaults(data)
        if self.faults:
            raise SettingsError(self.faults)
        return settings

    def data_folder(self) -> Path:
        text = self.either("MSERVE_DATA", "mserve.data")
        if not text:
            self.faults.append("mserve.data is missing; say mserve.data = %(here)s/var")
        path = Path(text or "var").absolute()
        if len(os.fsencode(path)) > SOCKET_PATH_LIMIT - len("/redis.sock"):
            self.faults.append(
                f"mserve.data {path} is too long: sockets live there, and the system allows their "
                f"paths {SOCKET_PATH_LIMIT} bytes; choose a shorter folder"
            )
        return path

    def either(self, variable: str, line: str) -> str | None:
        """The environment's word, else the ini's."""
        return os.environ.get(variable) or self.lines.get(line)

    def read(self, name: str, default: str, convert: Callable[[str], Any]) -> Any:
        text = self.lines.get(f"mserve.{name}", default)
        try:
            return convert(text)
        except ValueError as fault:
            self.faults.append(f"mserve.{name} = {text}: {fault}")

    def check_lease(self, settings: Settings) -> None:
        if settings.lease and settings.heartbeat and settings.lease < 2 * settings.heartbeat:
            self.faults.append(
                f"mserve.lease = {settings.lease:g}: should be at least twice mserve.heartbeat "
                f"({settings.heartbeat:g}), or a worker that lives is taken for dead"
            )

    def check_vaults(self, data: Path) -> None:
        for name in vault.NAMES:
            text = self.lines.get(f"mserve.{name}", "").strip()
            if text and data in (path := Path(os.path.normpath(text)), *path.parents):
                self.faults.append(f"mserve.{name} = {text}: should not be in the data folder")

    def check_known(self) -> None:
        parsed = {
            "database",
            "outlets",
            "people",
            "logins",
            "dav",
            "usage",
            "monitoring",
        }  # of lines of other names
        fields = {*Settings.__dataclass_fields__} - parsed
        modules = (outlets, people_settings, dav_settings, usage_settings, monitoring_settings)
        known = {*fields, *(name for each in modules for name in each.LINES)}
        for line in self.lines:
            name = line.removeprefix("mserve.")
            elsewhere = outlets.is_line(name) or logins.is_line(name)
            if name != line and name not in known and not elsewhere:
                self.faults.append(f"{line} is not a setting of mserve; known: {sorted(known)}")
