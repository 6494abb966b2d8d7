"""Doors: while a task runs, an address by which others can read its file, and nothing else.

The key in it is the run's own: read-only, on this file alone. It is made by the transaction that
claims the run, and removed by the one in which the run ends or is given up.
"""

from typing import Any

from mserve.resources import audit, clock
from mserve.resources.audit import Action
from mserve.resources.caveats import Caveats
from mserve.resources.run import Run

ROLE = "mfilereadonly"


def open_door(run: Run, seconds: float) -> str:
    """The secret of a new key for the run, which works for `seconds` at most."""
    close_door(run.job.mfile.site, run)
    end = clock.now() + int(seconds * clock.SECOND)
    key, secret = run.job.mfile.add_key(
        ROLE, label=f"task {run.spec.name}", caveats=Caveats(end=end)
    )
    run.key = key.id
    return str(secret)


def close_door(site: Any, run: Run) -> None:
    """Removes the run's key, if it has one."""
    keys = run.job.node.keys
    if run.key is not None and keys is not None and run.key in keys:
        site.key_index.discard(keys.pop(run.key).digest)
        if run.job.in_tree:
            audit.record(run.job.node, Action.KEY_REVOKE, {"key": run.key, "role": ROLE})
    if run.key is not None:
        run.key = None
