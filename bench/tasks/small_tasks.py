"""The task that mserve's workers are given beside its own: one that only tells when it began."""

import time

from mserve.tasks.registry import Source, task


@task("noop", brief=1 << 20)
def noop(source: Source) -> dict[str, float]:
    """Tell the time (seconds since the epoch)."""
    return {"at": time.time()}
