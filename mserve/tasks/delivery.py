"""Delivery: that a task run waits for a worker. Parcel: several of one set, delivered together.

The ids of both say what is in them, so that whoever sees one in a queue need not ask:
`<job>-<set>-<number>-<attempt>`, and in a parcel `<job>-<set>-<number>_<number>_…-<attempt>`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

MOST = 20  # runs in a parcel
AND = "_"  # RQ allows letters, digits, dashes and this


@dataclass(frozen=True)
class Delivery:
    """That a task run waits for a worker, as its `attempt`."""

    run: str
    attempt: int
    queue: str

    @property
    def runs(self) -> tuple[str, ...]:
        return (self.run,)

    @property
    def id(self) -> str:
        """The RQ job's id."""
        return f"{self.run}-{self.attempt}"


@dataclass(frozen=True)
class Parcel:
    """Runs of one set that are due as the same attempt, in the same queue."""

    runs: tuple[str, ...]
    attempt: int
    queue: str

    @property
    def id(self) -> str:
        """The RQ job's id; that of the delivery where it is but one."""
        return parcel_id(self.runs, self.attempt)


def parcel_id(runs: Sequence[str], attempt: int) -> str:
    """The id of the parcel of these runs of a set."""
    others = (run.rpartition("-")[2] for run in runs[1:])
    return f"{AND.join((runs[0], *others))}-{attempt}"


def members(id: str) -> list[str]:
    """The ids of the deliveries in the parcel of that id."""
    runs, _, attempt = id.rpartition("-")
    first, *others = runs.split(AND)
    task_set = first[: first.rfind("-") + 1]
    return [f"{run}-{attempt}" for run in (first, *(task_set + other for other in others))]


def pack(deliveries: Iterable[Delivery]) -> Iterator[Parcel]:
    """Parcels of the deliveries, in their order: those of a set that can go together do."""
    groups: dict[tuple[str, int, str], list[str]] = {}
    for each in deliveries:
        task_set = each.run.rpartition("-")[0]
        groups.setdefault((task_set, each.attempt, each.queue), []).append(each.run)
    for (_, attempt, queue), runs in groups.items():
        for start in range(0, len(runs), MOST):
            yield Parcel(tuple(runs[start : start + MOST]), attempt, queue)
