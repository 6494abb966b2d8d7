"""Tasks that take their time, for stacks in tests."""

import logging
import time

from mserve.tasks.registry import Limits, Source, task

log = logging.getLogger(__name__)


def _wait(source: Source, seconds: float) -> None:
    log.warning("waiting for %g s", seconds)
    (source.scratch / "half").write_bytes(bytes(1000))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        source.progress(0.5, "half done")
        time.sleep(0.05)


@task("nap", timeout=120)
def nap(source: Source, *, seconds: float = 60.0) -> None:
    """Waits in the worker."""
    _wait(source, seconds)


@task("doze", timeout=120, limits=Limits())
def doze(source: Source, *, seconds: float = 60.0) -> None:
    """Waits in a process of its own."""
    _wait(source, seconds)


@task("mutter", timeout=120, limits=Limits())
def mutter(source: Source, *, lines: int = 100) -> None:
    """Says a line now and then, in a process of its own, and not how far it is."""
    for number in range(lines):
        print("line", number)
        time.sleep(0.1)


@task("count", needs_file=False)
def count(source: Source) -> dict[str, int]:
    """As quick as a task can be."""
    return {"bytes": source.size}
