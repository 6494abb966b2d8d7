"""Celery: prefork, Redis as broker and for the results, acknowledged late; at its best."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from redis import Redis

from bench.load.wrk import LoadError
from bench.peers.environment import CELERY
from bench.peers.peer import new_folder
from bench.tasks.turn import FILE_SIZE, FILES, PROCESSES, used
from mserve.cli.parts import redis_server
from tests.functional.stack import wait_for

HERE = Path(__file__).parent
OPTIONS = "--without-gossip --without-mingle --without-heartbeat --loglevel=warning"
REDIS = "--port 0 --appendonly yes --appendfsync everysec --save '' --maxmemory-policy noeviction"


class Celery:
    """A worker with so many processes, its Redis, and one client, each a process of its own."""

    def __init__(self, prefetch: int) -> None:
        self.title = f"Celery, prefetch {prefetch}"
        self.settings = {
            "task_acks_late": True,
            "worker_prefetch_multiplier": prefetch,
            "task_ignore_result": False,
            "task_serializer": "json",
            "result_serializer": "json",
            "accept_content": ["json"],
            "worker_send_task_events": False,
            "broker_connection_retry_on_startup": True,
        }
        self.folder = new_folder()
        self.files = [str(self.folder / f"{n}.txt") for n in range(FILES)]
        self.processes: dict[str, subprocess.Popen[str]] = {}

    @property
    def socket(self) -> Path:
        return self.folder / "redis.sock"

    def start(self) -> None:
        CELERY.provide()
        for file in self.files:
            Path(file).write_text(os.urandom(FILE_SIZE // 2).hex())
        options = REDIS.replace("''", "").split(" ")
        here = ["--unixsocket", str(self.socket), "--dir", str(self.folder)]
        self.launch("redis", [redis_server(), *options, *here])
        wait_for(lambda: self.socket.exists() and Redis(unix_socket_path=str(self.socket)).ping())
        self.launch("worker", self.command())
        self.launch("client", [CELERY.program("python"), HERE / "celery_client.py"])
        self.tell("groups", "noop", 2)

    def command(self) -> list[str | Path]:
        pool = ["--pool=prefork", f"--concurrency={PROCESSES}"]
        app = ["-A", "celery_tasks", "worker"]
        return [CELERY.program("celery"), *app, *pool, *OPTIONS.split()]

    def launch(self, name: str, command: Sequence[str | Path]) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": str(HERE),
            "BENCH_REDIS": f"redis+socket://{self.socket}",
            "BENCH_CELERY": json.dumps(self.settings),
        }
        with (self.folder / f"{name}.log").open("w") as log:
            self.processes[name] = subprocess.Popen(
                [*map(str, command)], cwd=self.folder, env=environment, text=True, stderr=log,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE if name == "client" else log,
            )  # fmt: skip

    def tell(self, do: str, task: str, many: int) -> Any:
        """What the client answers. Raises LoadError where it ends instead."""
        client = self.processes["client"]
        assert client.stdin and client.stdout
        files = [self.files[n % FILES] for n in range(many)]
        client.stdin.write(json.dumps({"do": do, "task": task, "files": files}) + "\n")
        client.stdin.flush()
        if not (line := client.stdout.readline()):
            raise LoadError("\n".join(p.read_text()[-4000:] for p in self.folder.glob("*.log")))
        return json.loads(line)

    def sets(self, task: str, many: int) -> float:
        return float(self.tell("groups", task, many)["client"])

    def idle(self, many: int) -> Sequence[float]:
        found: list[float] = self.tell("idle", "noop", many)["found"]
        return found

    def cpu(self) -> Mapping[str, float]:
        return {name: used(self.processes[name].pid) for name in ("worker", "redis")}

    def configuration(self) -> str:
        command = " ".join(map(str, self.command()))
        lines = [command, json.dumps(self.settings, indent=1), f"redis-server {REDIS}"]
        return "\n".join([*lines, (HERE / "celery_tasks.py").read_text()])

    def end(self) -> None:
        for name in reversed(self.processes):
            self.processes[name].terminate()
            self.processes[name].communicate()
        shutil.rmtree(self.folder)
