"""The worker class of RQ's own command: `rq worker --worker-class mserve.cli.rqworker.Worker`.

It does what one process of `mserve worker` does, by the same code. Which ini it has the database,
the Redis and the tasks of is said by the environment variable MSERVE_INI, since RQ has no place
for it. Messages are for the one who typed the command.
"""

import dataclasses
import faulthandler
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from redis import Redis
from rq import defaults
from rq.worker import BaseWorker

from mserve import evolve, ingest
from mserve.cli.common import configure, read
from mserve.errors import MserveError
from mserve.settings import Settings
from mserve.tasks import process

INI = "MSERVE_INI"

OWN: Mapping[str, Any] = {
    "name": None,
    "worker_ttl": defaults.DEFAULT_WORKER_TTL,
    "default_result_ttl": defaults.DEFAULT_RESULT_TTL,
    "maintenance_interval": defaults.DEFAULT_MAINTENANCE_TASK_INTERVAL,
    "job_monitoring_interval": defaults.DEFAULT_JOB_MONITORING_INTERVAL,
    "exception_handlers": None,
    "disable_default_exception_handler": False,
    "burst": False,
    "max_idle_time": None,
    "with_scheduler": False,
    "dequeue_strategy": "default",
}
"""What RQ gives where its option was left out. mserve has its own ways, and takes no others."""

OPTION = {"default_result_ttl": "results_ttl", "exception_handlers": "exception_handler"}


class Worker(BaseWorker):
    """Works on one queue of the ini's Redis until SIGTERM, as RQ's command makes and calls it.

    Ends the process with words where it was told what cannot be.
    """

    def __init__(self, queues: Sequence[Any], connection: Redis, **options: Any) -> None:
        self.settings = ini_settings()
        self.queue = _queue(self.settings, [each.name for each in queues])
        _check_redis(self.settings, connection)
        _check_options(options)

    def work(self, *, max_jobs: int | None = None, **options: Any) -> bool:  # type: ignore[override]  # fewer
        """Ends after `max_jobs` tasks as well; whether it did any is not asked for."""
        _check_options(options)
        faulthandler.enable(all_threads=True)
        settings = dataclasses.replace(self.settings, max_jobs=max_jobs or sys.maxsize)
        configure(ini())
        try:
            process.run(settings, self.queue, evolve.check, ingest.store_outputs)
        except (MserveError, *process.AWAY) as fault:
            _refuse(str(fault))
        return True


def ini() -> Path:
    """The path that the environment names."""
    name = os.environ.get(INI)
    if not name:
        _refuse(
            f"{INI} is not set; it should be the path of the ini, as /etc/mserve/production.ini"
        )
    return Path(name)


def ini_settings() -> Settings:
    """The settings of the ini that the environment names."""
    try:
        return read(ini())
    except MserveError as fault:
        _refuse(str(fault))


def _queue(settings: Settings, names: Sequence[str]) -> str:
    """Two would be a loss: RQ finds what a killed worker had taken of one queue alone."""
    if len(names) != 1:
        _refuse(f"a worker has one queue, not {len(names)}; start a process for each")
    if names[0] not in settings.queues:
        known = ", ".join(sorted(settings.queues))
        _refuse(f"there is no queue {names[0]!r}; add it to mserve.queues, or choose of {known}")
    return names[0]


def _check_redis(settings: Settings, connection: Redis) -> None:
    """RQ's command has a connection of its own, to see whether all workers are suspended."""
    told, right = (_place(each) for each in (connection, Redis.from_url(settings.redis)))
    if told != right:
        _refuse(
            f"the Redis of the ini is {right}, and that of this command {told}; "
            f"leave --url out and say --config mserve.cli.rqconfig"
        )


def _place(redis: Redis) -> str:
    known = redis.connection_pool.connection_kwargs
    place = known.get("path") or f"{known.get('host', 'localhost')}:{known.get('port', 6379)}"
    return f"{place}, database {known.get('db') or 0}"


def _check_options(options: Mapping[str, Any]) -> None:
    given = sorted(
        OPTION.get(name, name) for name, usual in OWN.items() if options.get(name, usual) != usual
    )
    if given:
        names = ", ".join(f"--{each.replace('_', '-')}" for each in given)
        _refuse(f"mserve's worker does not take {names}; of the numbers it takes --max-jobs alone")


def _refuse(words: str) -> NoReturn:
    raise SystemExit(f"mserve: {words}")
