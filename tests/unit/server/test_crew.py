"""The crew, by its parts: what the thread that looks on may see of those that serve."""

from collections.abc import Iterator

from mserve.server.crew import PATIENCE, Crew, Hand


class Quick(Hand):
    """A thread whose request ends while the other looks at it."""

    def __init__(self, crew: Crew) -> None:
        self.seen: Iterator[float | None] = iter([0.0, None])
        super().__init__(crew)

    @property  # type: ignore[override]  # as its thread changes it between two looks
    def began(self) -> float | None:
        return next(self.seen)

    @began.setter
    def began(self, moment: float | None) -> None:
        """Another thread's doing."""


def test_a_request_that_ends_while_it_is_looked_at_is_no_fault() -> None:
    crew = Crew(1, poll=lambda: (), serve=lambda descriptor: None, wake=lambda: None)
    Quick(crew).take()
    assert crew.patience(1.0) == PATIENCE
    assert crew.holder is None, "it was at one request since ever"
