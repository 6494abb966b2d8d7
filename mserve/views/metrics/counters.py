"""Metrics that processes of every kind count: commits, conflicts, tasks, guesses, loads."""

from collections.abc import Iterator, Mapping

from prometheus_client.core import Metric, SummaryMetricFamily

from mserve.conflicts import COMMITS, CONFLICTS
from mserve.counts import BETWEEN, Values
from mserve.group import GROUPS, SIZES
from mserve.tasks.counted import SCHEDULER, TASK, WORKER
from mserve.throttle import GUESSES
from mserve.transfers import TRANSFERS
from mserve.views.metrics.family import Rows, counters, histogram, records

WEB = "web"
KINDS = (WORKER, SCHEDULER)


def families(web: Values, told: Values) -> Iterator[Metric]:
    """web: of this machine's web processes; told: of all workers and schedulers, by kind."""
    kinds = {WEB: web, **{kind: _of(told, kind) for kind in KINDS}}
    yield counters("mserve_commits", "Transactions that were committed.", ("process", "way"),
                   _rows(kinds, COMMITS))  # fmt: skip
    yield counters(
        "mserve_conflicts", "Conflicts, by the class of what another had written first.",
        ("process", "class"), _rows(kinds, CONFLICTS),
    )  # fmt: skip
    for place, name in enumerate(("loaded", "stored")):
        yield counters(
            f"mserve_zodb_{name}_objects", f"Objects of the tree that were {name}.",
            ("process",), _rows(kinds, TRANSFERS, place),
        )  # fmt: skip
    yield histogram(
        "mserve_group_commit_changes", "Uploads that were stored by one commit.", (), SIZES,
        (((), numbers[1], numbers[2:]) for _, numbers in records(web, GROUPS)),
    )  # fmt: skip
    yield counters(
        "mserve_guesses", "Secrets that were looked at, made wait, or found right.",
        ("kind", "outcome"), ((labels, numbers[0]) for labels, numbers in records(web, GUESSES)),
    )  # fmt: skip
    yield _tasks(kinds[WORKER])


def _tasks(values: Values) -> Metric:
    family = SummaryMetricFamily(
        "mserve_task_seconds", "Attempts at tasks, and what they took.", labels=("task", "outcome")
    )
    for labels, (count, seconds) in sorted(records(values, TASK)):
        family.add_metric(labels, count_value=int(count), sum_value=seconds)
    return family


def _of(told: Values, kind: str) -> Values:
    start = kind + BETWEEN
    return {name.removeprefix(start): n for name, n in told.items() if name.startswith(start)}


def _rows(kinds: Mapping[str, Values], record: str, place: int = 0) -> Rows:
    for kind, values in kinds.items():
        for labels, numbers in records(values, record):
            yield (kind, *labels), numbers[place] if place < len(numbers) else 0.0
