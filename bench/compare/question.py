"""A question to all peers: who is asked, what one turn is, and what the answer should be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from bench.peers import Peer

CLIENTS = 8
MIB = 1 << 20


@dataclass(frozen=True)
class Scale:
    """How much of everything: `share` is 1.0 for figures that count, 0.1 to see that all works."""

    share: float = 1.0

    @property
    def rounds(self) -> int:
        return 3 if self.share >= 1 else 1

    @property
    def seconds(self) -> float:
        return max(1.0, 4.0 * self.share)

    @property
    def many(self) -> int:
        """Small files, of which each is asked for at random."""
        return int(10_000 * self.share)

    @property
    def large(self) -> int:
        return int(1024 * self.share) * MIB

    @property
    def huge(self) -> int:
        return int(4096 * self.share) * MIB


def share_for(peer: Peer, size: int) -> int:
    """How much of a body of `size` bytes the peer is given, in whole MiB."""
    return max(1, int(size * peer.large_share) // MIB) * MIB


@dataclass(frozen=True)
class Sample:
    """One turn of one peer; `cpu` is what its processes used, in the question's `cpu_unit`."""

    value: float
    cpu: float = 0.0
    details: Mapping[str, str] = field(default_factory=dict)


class Turn(NamedTuple):
    """One peer's turn in one round; `file` makes a file of so many bytes, once."""

    peer: Peer
    scale: Scale
    round: int
    file: Callable[[int], Path]


@dataclass(frozen=True)
class Goal:
    """`of`'s median: `least` or `most`, in the question's unit or, with `against`, as a ratio."""

    of: str
    against: str = ""
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class Question:
    """`always` are asked in every round, `once` in the first alone, to save time.

    needs: "many" or "large": what has to be in a peer before; ratios: whether they mean anything.
    """

    title: str
    unit: str
    turn: Callable[[Turn], Sample]
    always: Sequence[str]
    once: Sequence[str] = ()
    goals: Sequence[Goal] = ()
    needs: str = ""
    cpu_unit: str = ""
    ratios: bool = True
    notes: Sequence[str] = ()

    @property
    def peers(self) -> tuple[str, ...]:
        return (*self.always, *self.once)
