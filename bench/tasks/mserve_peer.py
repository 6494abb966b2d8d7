"""mserve: jobs whose workflow is one set, started in the tree as the web server does."""

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from bench.fill import fill
from bench.load.wrk import LoadError
from bench.peers.peer import ROOT, new_folder
from bench.tasks.turn import FILE_SIZE, FILES, PAUSE, PROCESSES, SET, used
from mserve.database import open_database, run
from mserve.resources.job import Job
from mserve.resources.profile import TaskSet, TaskSpec, Workflow
from mserve.settings import Settings
from mserve.tasks import engine
from mserve.tasks.outbox import bind
from mserve.tasks.queue import Queues
from tests.functional.stack import Stack

PARTS = ("worker", "redis", "zeo", "scheduler")
LOOK = 0.005  # seconds between two looks at a job
LINES = {"zodbconn.uri": "", "redis": ""}  # ZEO and Redis, by `mserve up`


class Mserve:
    """`mserve up` of production.ini, with the storage of one machine, and a client on its ZEO."""

    title = "mserve"

    def __init__(self) -> None:
        self.stack = Stack(
            ini=ROOT / "production.ini", room=new_folder(), demo="true",
            workers=f"normal={PROCESSES}", tasks="bench.tasks.small_tasks", **LINES,
        )  # fmt: skip
        self.opened = ExitStack()

    def start(self) -> None:
        self.stack.start()
        fill(
            self.stack,
            "many",
            FILES,
            "{:03}".format,
            lambda n: os.urandom(FILE_SIZE // 2).hex().encode(),
        )
        os.environ["MSERVE_DATA"] = str(self.stack.data)
        settings = Settings.from_ini(self.stack.ini)
        del os.environ["MSERVE_DATA"]
        self.db = open_database(settings)
        self.opened.callback(self.db.close)
        bind(self.db, Queues.from_url(settings.redis))
        run(self.db, add_workflows)
        self.sets("noop", 2)

    def begin(self, number: int, workflow: str, commits: list[float] | None = None) -> str:
        """The id of a job; `commits` is given the time of its commit."""

        def act(site: Any) -> str:
            if commits is not None:  # before the engine's own hook, which pushes it
                current = site._p_jar.transaction_manager.get()
                current.addAfterCommitHook(lambda committed: commits.append(time.time()))
            mfile = site["demo"]["files"]["many"][f"{number % FILES:03}"]
            job = engine.start(mfile, "manual", workflow)
            assert job is not None
            return str(job.id)

        return run(self.db, act)

    def await_end(self, id: str) -> None:
        """Raises LoadError unless it ends well."""
        while (state := run(self.db, lambda site: job_of(site, id).outcome)) is None:
            time.sleep(LOOK)
        if state != "done":
            raise LoadError(f"a job is {state}\n{self.stack.told()}")

    def sets(self, task: str, many: int) -> float:
        began = time.process_time()
        for job in [self.begin(number, task) for number in range(many)]:
            self.await_end(job)
        return time.process_time() - began

    def idle(self, many: int) -> Sequence[float]:
        waited = []
        for number in range(many):
            commits: list[float] = []
            id = self.begin(number, "one", commits)
            self.await_end(id)
            begun = run(self.db, lambda site, id=id: result_of(site, id))
            waited.append(begun["at"] - commits[-1])
            time.sleep(PAUSE)
        return waited

    def cpu(self) -> Mapping[str, float]:
        pids = self.stack.pids()
        return {part: used(pids[part]) for part in PARTS}

    def configuration(self) -> str:
        return self.stack.ini.read_text().split("[loggers]")[0]

    def end(self) -> None:
        self.opened.close()
        self.stack.end()
        self.stack.folder.parent.rmdir()


def add_workflows(site: Any) -> None:
    service = site["demo"]["files"]
    spec = {"noop": ("noop", {}), "md5": ("checksum", {"algorithm": "md5"})}
    sets = {name: Workflow((of(SET, *each),)) for name, each in spec.items()}
    service.profiles[service.profile].change({**sets, "one": Workflow((of(1, "noop", {}),))})


def of(many: int, task: str, arguments: Mapping[str, str]) -> TaskSet:
    return TaskSet("all", tuple(TaskSpec(task, f"{task}-{n}", arguments) for n in range(many)))


def job_of(site: Any, id: str) -> Job:
    found: Job = site.ids[id]
    return found


def result_of(site: Any, id: str) -> Mapping[str, Any]:
    (task,) = job_of(site, id).all_runs()
    return task.result
