"""Pages of jobs, newest first, filtered: of a file, a folder with all below it, or a service."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mserve.resources.index import newest_first
from mserve.resources.job import Job
from mserve.resources.run import DUE, RUNNING

OPEN = frozenset({DUE, RUNNING})
"""States of jobs that have not ended."""
LOOKS = 2000
"""Jobs that are looked at for one page."""
AT_ONCE = 100


@dataclass(frozen=True)
class Wanted:
    """Which jobs: of some states, with a task of that name, of a workflow, begun between two
    moments (µs). None: all."""

    states: frozenset[str] | None = None
    task: str | None = None
    workflow: str | None = None
    since: int | None = None
    until: int | None = None

    def holds(self, job: Job) -> bool:
        """Whether the job is wanted, whenever it was."""
        return (
            self.workflow in (None, job.name)
            and (self.task is None or any(spec.task == self.task for spec in job.plan.specs))
            and (self.states is None or job.state in self.states)
        )


def page(
    node: Any, wanted: Wanted, limit: int, after: str | None = None
) -> tuple[list[Job], str | None]:
    """Up to `limit` jobs behind the cursor `after`, and the cursor behind them if there may be
    more.

    It may hold fewer, or none, since only so many are looked at.
    """
    found: list[Job] = []
    for looked, (key, job) in enumerate(_walk(node, _begin(wanted, after))):
        if len(found) == limit or looked == LOOKS:
            return found, after
        if wanted.since is not None and job.created < wanted.since:
            break
        if concerns(node, job) and wanted.holds(job):
            found.append(job)
        after = key
    return found, None


def concerns(node: Any, job: Job) -> bool:
    """Whether it is a job of the file or service, or of a file below the folder."""
    if node.type != "folder":
        return job.service is node or job.mfile is node
    return job.mfile is not None and job.in_tree and any(a is node for a in job.mfile.above())


def _begin(wanted: Wanted, after: str | None) -> str | None:
    """The key behind which jobs are looked at."""
    if wanted.until is None:
        return after
    return max(after or "", newest_first(max(0, wanted.until), ""))


def _walk(node: Any, after: str | None) -> Iterator[tuple[str, Job]]:
    """Those of the file, or of the service that a folder is in."""
    source = node.find("service") if node.type == "folder" else node
    while some := source.page_jobs(AT_ONCE, after):
        yield from some
        after = some[-1][0]
