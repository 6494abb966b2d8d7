"""Making a folder on the server like one here, or the other way."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from mserve.client.errors import LocalFault
from mserve.client.plan import Plan, compare
from mserve.client.results import Failure, Synced
from mserve.client.tree import Names, Tree
from mserve.client.upload import Report

Watch = Callable[[str, int], AbstractContextManager[Report]]
"""Is told the path and size of each transfer as it begins, and gives what to report to."""


def unwatched(_path: str, _size: int) -> AbstractContextManager[Report]:
    """A Watch that does not look."""
    return nullcontext(lambda _: None)


class Side(Protocol):
    """Where files go to: the server, or a folder here."""

    def make(self, names: Names) -> object: ...
    def remove(self, names: Names) -> object: ...
    def take(self, names: Names, report: Report) -> object: ...


class Sync:
    """One run: from the tree `source` to the side `target`, which has the tree `there`."""

    def __init__(self, source: Tree, there: Tree, target: Side, run: Callable[..., list[Failure]],
                 watch: Watch) -> None:  # fmt: skip
        self.source, self.there, self.target = source, there, target
        self.run, self.watch = run, watch

    def __call__(
        self, same: Callable[[Names], bool], skipped: Iterable[str], *, delete: bool, dry: bool
    ) -> Synced:
        plan = compare(self.source, self.there, same, delete=delete)
        clashes = [_clash(names) for names in plan.clashes]
        failures = clashes if dry else [*clashes, *self._apply(plan)]
        failed = {failure.what for failure in failures}
        late = () if failures and not dry else plan.remove
        return Synced(
            tuple(told for told in map("/".join, plan.files) if told not in failed),
            tuple(told for told in map("/".join, plan.folders) if told not in failed),
            tuple(told for told in map("/".join, (*plan.clear, *late)) if told not in failed),
            plan.same,
            tuple(skipped),
            tuple(failures),
        )

    def _apply(self, plan: Plan) -> list[Failure]:
        """Removes last, and only if all the rest has worked."""
        failures = self._each(plan.clear, self.target.remove)
        for depth in sorted({len(names) for names in plan.folders}):
            level = [names for names in plan.folders if len(names) == depth]
            failures += self._each(level, self.target.make)
        failures += self._each(plan.files, self._send)
        if not failures and not plan.clashes:
            failures += self._each(plan.remove, self.target.remove)
        return failures

    def _each(self, many: Iterable[Names], act: Callable[[Names], object]) -> list[Failure]:
        return self.run(("/".join(names), _bound(act, names)) for names in many)

    def _send(self, names: Names) -> None:
        with self.watch("/".join(names), self.source[names].size or 0) as report:
            self.target.take(names, report)


def _bound(act: Callable[[Names], object], names: Names) -> Callable[[], object]:
    return lambda: act(names)


def _clash(names: Names) -> Failure:
    told = "one is a folder and the other a file; --delete would replace it"
    return Failure("/".join(names), LocalFault(told))
