"""A performer that writes down what it performs, in Redis; and a process that is a worker of it."""

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

from mserve.settings import Settings
from mserve.tasks import process
from mserve.tasks.interrupt import Interrupted, Interrupts
from mserve.tasks.queue import Queues, connect


class Recorder:
    """What it does is said by the run's first letter: d(ie), f(ail), w(ait)."""

    worker = ""

    def __init__(self, url: str) -> None:
        self.redis = connect(url)
        self.interrupts = Interrupts()

    def perform(self, runs: Sequence[str], attempt: int) -> bool:
        (run_id,) = runs
        self.write("began", f"{time.time()} {run_id} {attempt} {os.getpid()}")
        match run_id[0]:
            case "d":
                os.kill(os.getpid(), signal.SIGKILL)
            case "f":
                raise ValueError("performing failed")
            case "w":
                self.wait(f"{run_id}-{attempt}")
        self.write("ended", f"{time.time()} {run_id} {attempt} {os.getpid()}")
        return True

    def wait(self, delivery: str) -> None:
        try:
            self.interrupts.run(delivery, 20.0, lambda: time.sleep(2.0))
        except Interrupted as interrupt:
            self.write("interrupted", type(interrupt).__name__)

    def write(self, list_: str, line: str) -> None:
        self.redis.rpush(list_, line)


def called(job: Any, connection: Any, *rest: Any) -> None:
    """A callback, which nobody is to call."""
    connection.rpush("called", job.id)


def body(settings: Settings, queue: str) -> None:
    """A worker process without a database."""
    recorder = Recorder(settings.redis)
    process.serve(settings, queue, recorder, Queues.from_url(settings.redis), threading.Event())


if __name__ == "__main__":
    from mserve.tasks import pool

    lines = dict(argument.split("=", 1) for argument in sys.argv[1:])
    settings = Settings.parse(lines)
    pool.run(settings, settings.workers, body)
