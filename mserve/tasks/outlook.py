"""The outlook: what a sweep has to know of the tree, at the cost of the indexes alone.

Thousands of jobs may wait for a worker. So jobs are not loaded but for those of whom nothing waits
or runs, and a page of the others in each sweep.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from mserve.resources.loading import prefetch
from mserve.tasks.delivery import Delivery

PAGE = 100  # jobs of which one sweep sees whether their file is still there


class Outlook(NamedTuple):
    """`due` waits for a worker, `lapsed` runs beyond its lease, `jobs` are to be advanced.

    `last` is the last job whose file was looked for; the next sweep begins after it.
    """

    due: list[Delivery]
    lapsed: list[Delivery]
    jobs: list[str]
    last: str | None


def look(site: Any, moment: int, after: str | None = None) -> Outlook:
    """What there is to do at `moment` (µs); files are looked for from the job `after` on."""
    page = site.active.page(PAGE, after)
    gone = _gone([job for _, job in page])
    last = page[-1][0] if len(page) == PAGE else None
    jobs = dict.fromkeys([*_stalled(site), *gone])
    return Outlook([*_due(site, moment)], [*_lapsed(site, moment)], [*jobs], last)


def _due(site: Any, moment: int) -> Iterator[Delivery]:
    for run_id, (attempt, queue, not_before) in site.due.items():
        if not_before <= moment:
            yield Delivery(run_id, attempt, queue)


def _lapsed(site: Any, moment: int) -> Iterator[Delivery]:
    for run_id, (attempt, queue, lease_until) in site.running.items():
        if lease_until <= moment:
            yield Delivery(run_id, attempt, queue)


def _stalled(site: Any) -> Iterator[str]:
    """Jobs of which nothing is due or running: whoever ended their set has not gone on."""
    busy = {run_id.partition("-")[0] for index in (site.due, site.running) for run_id in index}
    return (id for id in site.active if id not in busy)


def _gone(jobs: list[Any]) -> Iterator[str]:
    """Those whose file is not in the tree any more, though something of them is due."""
    prefetch(jobs)
    return (job.id for job in jobs if not job.in_tree)
