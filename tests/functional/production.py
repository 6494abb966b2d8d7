"""A stack of production.ini as it stands: on a PostgreSQL and a Redis that run elsewhere."""

import configparser
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Any, NamedTuple

import httpx
import psutil
from redis import Redis

from tests.functional.deployed import listens
from tests.functional.ports import free_port
from tests.functional.postgres import Postgres
from tests.functional.stack import Stack, wait_for
from tests.mortal import mortal
from tests.unit.tasks.support import RedisServer

INI = Path(__file__).parents[2] / "production.ini"
QUICK = {"lease": "2", "heartbeat": "0.5", "sweep_interval": "1"}  # seconds, to wait less


class Web(NamedTuple):
    """A web process on an address of its own, host:port."""

    address: str
    process: subprocess.Popen[bytes]


class Production(Stack):
    """All that differs from the ini comes by the environment, but for the lines given."""

    def __init__(self, postgres: Postgres, redis: str, **lines: str) -> None:
        chosen = {"demo": "true", "workers": "normal=2 priority=1", "sendfile": "none", **lines}
        super().__init__(ini=INI, **chosen)
        self.postgres, self.redis = postgres, redis
        self.blobs = self.folder / "blobs"
        self.environment = {
            **postgres.environment,
            "MSERVE_DATABASE": postgres.uri(self.blobs),
            "MSERVE_REDIS": redis,
        }

    def webs(self) -> dict[str, int]:
        """The web processes' ids."""
        return {name: pid for name, pid in self.pids().items() if name.startswith("web-")}

    @contextmanager
    def client_of_each(self) -> Iterator[dict[str, httpx.Client]]:
        """A client for each web process, by the connection that it happened to take."""
        found: dict[str, httpx.Client] = {}
        with ExitStack() as stack:
            for _ in range(40):
                client = stack.enter_context(httpx.Client(base_url=self.url, timeout=60))
                client.get("/-/health")
                found.setdefault(self.taker(client), client)
                if len(found) == len(self.webs()):
                    break
            assert len(found) == len(self.webs()), f"only {sorted(found)} take connections"
            yield found

    def taker(self, client: httpx.Client) -> str:
        """Which web process has the other end of the client's one connection."""
        port = local_port(client)
        for name, pid in self.webs().items():
            if any(c.raddr and c.raddr.port == port for c in psutil.Process(pid).net_connections()):
                return name
        raise AssertionError("no web process has this connection")

    @contextmanager
    def web(self, name: str, **lines: str) -> Iterator["Web"]:
        """Another web process, with own ini lines."""
        port = free_port()
        config = configparser.RawConfigParser()
        config.read(self.ini)
        config.set("server:main", "listen", f"127.0.0.1:{port}")
        for line, value in lines.items():
            config.set("app:main", f"mserve.{line}", value)
        ini = self.folder / f"{name}.ini"
        with ini.open("w") as file:
            config.write(file)
        with (self.data / "logs" / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                mortal(sys.executable, "-m", "pyramid.scripts.pserve", str(ini)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment, "MSERVE_DATA": str(self.data)},
            )
        try:
            wait_for(lambda: listens(port))
            yield Web(f"127.0.0.1:{port}", process)
        finally:
            process.terminate()
            process.wait(30)

    def secrets(self) -> set[str]:
        """What no log may hold."""
        database, redis = self.postgres.password, self.redis.split(":")[2].partition("@")[0]
        return {self.admin, self.demo_url.rsplit("/", 2)[1], database, redis}

    def logs(self) -> str:
        """All that mserve and PostgreSQL have logged and shown, but the demo's own URL."""
        files = [self.postgres.log, *(self.data / "logs").iterdir()]
        shown = self.console.read_text(errors="replace").replace(self.demo_url, "")
        return "".join([shown, *(file.read_text(errors="replace") for file in files)])


def largest_written(pid: int) -> int:
    """The size of the largest file that a process has open to write, with a name or without."""
    sizes = [0]
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            told = Path(f"/proc/{pid}/fdinfo/{descriptor.name}").read_text()
            flags = int(told.partition("flags:")[2].split()[0], 8)
            status = descriptor.stat()
            if stat.S_ISREG(status.st_mode) and flags & os.O_ACCMODE != os.O_RDONLY:
                sizes.append(status.st_size)
    return max(sizes)


def local_port(client: httpx.Client) -> int:
    pool: Any = client._transport._pool  # type: ignore[attr-defined]  # no public way
    stream = pool.connections[0]._connection._network_stream
    return int(stream.get_extra_info("client_addr")[1])


@contextmanager
def production(**lines: str) -> Iterator[Production]:
    """A started one with all it needs, which is ended in the end."""
    postgres, redis = Postgres(), RedisServer()
    stack: Production | None = None
    try:
        postgres.start().create()
        redis.start()
        password = token_hex(16)
        Redis.from_url(redis.url).config_set("requirepass", password)
        url = redis.url.replace("unix://", f"unix://:{password}@")
        stack = Production(postgres, url, **lines)
        yield stack.start()  # type: ignore[misc]  # start() gives a Stack
    finally:
        if stack:
            stack.end()
        redis.remove()
        postgres.end()
