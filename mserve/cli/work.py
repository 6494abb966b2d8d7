"""`mserve worker` and `mserve scheduler`: the processes that do the work, to be run on any node."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import click

from mserve.cli.common import configure, ini_argument
from mserve.errors import SettingsError
from mserve.settings import Settings


@click.command()
@ini_argument
@click.argument("counts", nargs=-1, metavar="[QUEUE=N]…")
def worker(ini: Path, counts: tuple[str, ...]) -> None:
    """Run worker processes, N for each QUEUE; without any, as `mserve.workers` says.

    Each process serves one queue. A SIGTERM lets each finish the task it has, then all end.
    Example: mserve worker production.ini normal=5 priority=5
    """
    settings = configure(ini)
    wanted = processes(settings, counts)
    from mserve import evolve, ingest
    from mserve.tasks import pool, process  # bring the queue and the task libraries

    pool.run(settings, wanted, partial(process.run, ready=evolve.check, store=ingest.store_outputs))


@click.command()
@ini_argument
def scheduler(ini: Path) -> None:
    """Run the scheduler, which starts what is due and delivers again what was lost.

    Any number of them may run on any number of nodes; two are enough to lose one.
    """
    settings = configure(ini)
    from mserve import evolve
    from mserve.chores import CHORES
    from mserve.tasks import scheduler as loop

    loop.run(settings, CHORES, evolve.check)


def processes(settings: Settings, counts: tuple[str, ...]) -> Mapping[str, int]:
    """`("normal=5", "gpu=1")` as queue name → number of processes; none: the settings' own.

    Raises SettingsError for a count that is none, and for a queue that nothing would ever fill.
    """
    pairs = [text.partition("=") for text in counts]
    faults = [
        f"{queue}{sign}{number} should be like normal=2"
        for queue, sign, number in pairs
        if not (number.isdigit() and int(number))
    ] + [
        f"there is no queue {queue!r}; add it to mserve.queues, or choose of "
        + ", ".join(sorted(settings.queues))
        for queue, _, _ in pairs
        if queue not in settings.queues
    ]
    if faults:
        raise SettingsError(faults)
    return {queue: int(number) for queue, _, number in pairs} or settings.workers
