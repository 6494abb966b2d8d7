"""Quota: the most that a container, a service or a user may use; what would be more is refused.

There are quotas on what is kept, in bytes and files, and on what a month (UTC) brings: bytes that
come in, bytes that are read, seconds of jobs. Each is hard, or soft, of which is warned alone.
What counts is what usage counts (resources/usage.py): for a container or service all that is in
it, for a user what they have asked for.

Who adds something asks before anything is changed. Of several that each find room, and do not
together, the storage refuses one (resources/limits.py), which finds none when it tries again.
"""

from collections.abc import Container, Iterator, Mapping
from typing import Any, NamedTuple

from mserve.errors import OverMonthlyQuota, OverQuota
from mserve.exceeded import Exceeded
from mserve.resources import clock
from mserve.resources.asker import Payer, who_asks
from mserve.resources.limits import LEVELS, LIMITED, MONTHLY, Limited
from mserve.resources.metrics import ACCESS, DISC_SPACE, FILE, INGEST, JOB_RUNTIME, short
from mserve.resources.period import Grain, number_of, span_of
from mserve.resources.usage import Usage

HOLDERS = frozenset({"container", "service"})
Wanted = Mapping[str, float]
"""How much more of each metric is asked for."""


def upload(size: int, files: int = 1) -> Wanted:
    """What it takes that so many bytes come in."""
    return {DISC_SPACE: size, FILE: files, INGEST: size}


class Quotas(NamedTuple):
    """Those of a holder: a node, or a user; `name` is what it is called."""

    of: str
    name: str
    holder: Any
    usage: Usage

    def used(self, metric: str) -> float:
        """What counts against the quota now."""
        now = number_of(Grain.MONTH, clock.now())
        limited = Limited.of(self.usage)
        return limited.counted(metric, max(now, limited.month(metric)))

    def left(self, metric: str) -> float | None:
        """None: as much as one likes."""
        most = self.usage.limits.get(metric)
        return None if most is None else max(0, most - self.used(metric))

    def need(self, wanted: Wanted) -> None:
        """Raises OverQuota, OverMonthlyQuota; notes what is more than a soft quota."""
        for metric in LIMITED:
            amount = self._counted(metric, wanted)
            left = self.left(metric) if amount > 0 else None
            if left is not None and amount > left:
                raise self.exceeded(metric, amount)
            self.note(metric, amount)

    def _counted(self, metric: str, wanted: Wanted) -> float:
        """How much of what is asked for counts."""
        kinds = self.usage.uncounted if metric == DISC_SPACE else ()
        return wanted.get(metric, 0) - sum(wanted.get(kind, 0) for kind in kinds)

    def note(self, metric: str, amount: float) -> None:
        """Has whom asks told where so much more is beyond a soft quota."""
        over, soft = who_asks().over, self.usage.soft.get(metric)
        if over is None or soft is None or amount <= 0:
            return
        if self.used(metric) + amount > soft:
            over.add(f'{self.of};metric="{short(metric)}";soft={soft}')

    def exceeded(self, metric: str, amount: float) -> OverQuota | OverMonthlyQuota:
        """What is to be raised where so much more is asked for."""
        most, opens = self.usage.limits[metric], clock.rfc3339(next_month())
        told = (self.of, self.name, short(metric), most, self.used(metric), amount)
        if metric in LEVELS:
            return OverQuota(Exceeded(*told, None))
        return OverMonthlyQuota(Exceeded(*told, opens))


def next_month() -> int:
    """When it begins (µs)."""
    return span_of(Grain.MONTH, number_of(Grain.MONTH, clock.now())).end


def of_node(node: Any) -> Iterator[Quotas]:
    """Those that hold for what is in `node`."""
    for each in node.lineage():
        if each.limited:
            yield Quotas(each.type, str(each.__name__), each, each.counted)


def of_payer(site: Any, payer: Payer) -> Iterator[Quotas]:
    """Those that hold for what they pay for."""
    for id in payer:
        if (usage := site.payers.get(id)) is not None:
            user = site.users.get(id)
            yield Quotas("user", user.name, user, usage)


def holding(node: Any, payer: Payer | None = None) -> Iterator[Quotas]:
    """All that hold for what is put into `node`; payer: who asks now, if None."""
    yield from of_node(node)
    yield from of_payer(node.site, who_asks().payer if payer is None else payer)


def left(node: Any) -> int | None:
    """The bytes that can be put into `node`; None: no quota says how many."""
    found = (each.left(metric) for each in holding(node) for metric in (DISC_SPACE, INGEST))
    known = [left for left in found if left is not None]
    return int(min(known)) if known else None


def need(
    node: Any, wanted: Wanted, besides: Container[Any] = (), payer: Payer | None = None
) -> None:
    """Raises OverQuota, OverMonthlyQuota where that is too much for `node`, what is above it, or
    who asks.

    besides: nodes that have it already.
    """
    for quotas in holding(node, payer):
        if quotas.holder not in besides:
            quotas.need(wanted)


def need_of(site: Any, payer: Payer, wanted: Wanted) -> None:
    """As `need`, where that is too much for who pays."""
    for quotas in of_payer(site, payer):
        quotas.need(wanted)


def spent(node: Any, metric: str, payer: Payer | None = None) -> OverMonthlyQuota | None:
    """What stands against more of that metric, where a quota of the month is used up."""
    for quotas in holding(node, payer):
        if quotas.left(metric) == 0:
            return quotas.exceeded(metric, 0)  # type: ignore[return-value]  # of a month it is this
    return None


def need_read(node: Any, payer: Payer) -> None:
    """Raises OverMonthlyQuota where nothing more may be read of `node` this month."""
    if (fault := spent(node, ACCESS, payer)) is not None:
        raise fault


def need_jobs(node: Any) -> None:
    """Raises OverMonthlyQuota where no more jobs are to begin on `node` this month."""
    for quotas in holding(node):
        quotas.note(JOB_RUNTIME, 1)
    if (fault := spent(node, JOB_RUNTIME)) is not None:
        raise fault


__all__ = ["HOLDERS", "LEVELS", "LIMITED", "MONTHLY", "Quotas", "Wanted"]
