"""Crossings: a soft quota is exceeded by now: the audit log has it, and a mail is to tell of it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from mserve.resources import audit
from mserve.resources.audit import Action
from mserve.resources.ids import new_id
from mserve.resources.limits import Limited
from mserve.resources.metrics import short


class Crossing(NamedTuple):
    """Of the node, or the user, with the id `holder`; `of` is the node's type, or `user`."""

    of: str
    holder: str
    name: str
    metric: str
    soft: int
    hard: int | None
    used: float


def note_node(node: Any, metrics: Iterable[str]) -> None:
    """The soft quotas of a node for those metrics are exceeded by this transaction."""
    for each in _crossings(node.type, node.id, str(node.__name__), node.counted, metrics):
        audit.record(node, Action.QUOTA_WARN, after=_facts(each))
        node.site.warnings[new_id()] = each


def note_payer(site: Any, id: str, usage: Any, metrics: Iterable[str]) -> None:
    """As `note_node`, of a user."""
    user = site.users.get(id)
    for each in _crossings("user", id, user.name, usage, metrics):
        audit.record(site, Action.QUOTA_WARN, after={"user": user.name, **_facts(each)})
        site.warnings[new_id()] = each


def _crossings(
    of: str, id: str, name: str, usage: Any, metrics: Iterable[str]
) -> Iterable[Crossing]:
    limited = Limited.of(usage)
    for metric in metrics:
        used = limited.counted(metric, limited.month(metric))
        soft, hard = limited.soft[metric], limited.limits.get(metric)
        yield Crossing(of, id, name, short(metric), soft, hard, used)


def _facts(crossing: Crossing) -> audit.Facts:
    return {"metric": crossing.metric, "soft": crossing.soft, "used": crossing.used}
