"""What is asked of both: sets of small tasks, and single ones on idle workers."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import psutil

SET = 20  # tasks
PROCESSES = 2  # workers of each
FILES = 100
FILE_SIZE = 4096  # bytes
PAUSE = 0.05  # seconds between two single tasks


@dataclass(frozen=True)
class Turn:
    """What one turn of one of them came to; `cpu`: milliseconds a task by part."""

    rate: float
    cpu: Mapping[str, float]


class Peer(Protocol):
    """One of the two, as it is asked."""

    title: str

    def start(self) -> None: ...
    def end(self) -> None: ...
    def configuration(self) -> str: ...
    def sets(self, task: str, many: int) -> float:
        """Seconds of the client's processor, after so many sets were started and all have ended."""

    def idle(self, many: int) -> Sequence[float]:
        """Seconds from the commit, or the call, until the function runs, of single tasks."""

    def cpu(self) -> Mapping[str, float]:
        """Seconds of processor that each part has used so far."""


def ask(action: Callable[[], float], peer: Peer, tasks: int) -> Turn:
    """`action()`, which has `tasks` tasks done, as a Turn."""
    before, began = peer.cpu(), time.perf_counter()
    client = action()
    seconds, after = time.perf_counter() - began, peer.cpu()
    used = {part: after[part] - before[part] for part in after} | {"client": client}
    return Turn(tasks / seconds, {part: 1000 * each / tasks for part, each in used.items()})


def used(pid: int) -> float:
    """Seconds of processor of a process, and all that it has started, those that ended too."""
    parent = psutil.Process(pid)
    family = [parent, *parent.children(recursive=True)]
    return float(sum(sum(each.cpu_times()[:4]) for each in family))
