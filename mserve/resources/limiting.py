"""Limiting: a container, a service or a user gets quotas, or others, or none."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from mserve.resources import audit, clock, metering
from mserve.resources.account import Account, Of
from mserve.resources.audit import Action
from mserve.resources.figure import NOTHING
from mserve.resources.limits import LIMITED, MONTHLY, Begun
from mserve.resources.metrics import CLASSES, DISC_SPACE, short
from mserve.resources.period import Grain, number_of, span_of
from mserve.resources.usage import Usage
from mserve.resources.user import User

HARD, SOFT, COUNTS = "hard", "soft", "counts"
KINDS = {short(metric): metric for metric in CLASSES}


class Change(NamedTuple):
    """The limit of that kind (HARD, SOFT) of a metric; None: none any more. Or which of KINDS
    count (COUNTS); None: all."""

    metric: str
    kind: str
    most: Any


def limit_node(node: Any, *changes: Change) -> None:
    """Sets quotas of a container or service."""
    metering.settle(node)
    account, usage = Account(node.site, node.id, node), node.counted
    before, after = _set(usage, account, changes)
    node.limited = bool(usage.limits or usage.soft)
    bytes_kept = [each for each in changes if each[:2] == (DISC_SPACE, HARD)]
    if node.type == "service" and bytes_kept:
        node.set_properties({"quota": bytes_kept[-1].most})
    if before or after:
        audit.record(node, Action.QUOTA_CHANGE, before, after)


def limit_user(site: Any, user: User, *changes: Change) -> None:
    """Sets quotas of a user: from now on what they use is summed up beside their account."""
    account = Account(site, user.id)
    if user.id not in site.payers:
        site.payers[user.id] = usage_of(account)
    usage = site.payers[user.id]
    before, after = _set(usage, account, changes)
    if not usage.limits and not usage.soft:
        del site.payers[user.id]
    if before or after:
        name = {"user": user.name}
        audit.record(site, Action.QUOTA_CHANGE, {**name, **before}, {**name, **after})


def seen(usage: Usage, account: Account) -> Usage:
    """As `usage`, where it is known of all that could be limited what this month has brought."""
    found = Usage()
    found.figures, found.limits, found.soft = usage.figures, usage.limits, usage.soft
    found.uncounted = usage.uncounted
    found.begun = {m: usage.begun.get(m) or begin(account, m) for m in MONTHLY}
    return found


def settle(id: str, site: Any) -> None:
    """Makes the figures of who pays what their account says.

    It is so but where they used something while the first quota was set.
    """
    usage, found = site.payers.get(id), usage_of(Account(site, id)).figures
    if usage is not None and {**usage.figures, **found} != usage.figures:
        usage.figures = {**usage.figures, **found}


def usage_of(account: Account) -> Usage:
    """What is limited, as the account has it; what this month has brought as well."""
    usage = Usage()
    known = {metric: account.now(Of(short(metric))) for metric in (*LIMITED, *CLASSES)}
    usage.figures = {metric: each for metric, each in known.items() if each != NOTHING}
    usage.begun = {metric: begin(account, metric) for metric in MONTHLY}
    return usage


def _set(
    usage: Usage, account: Account, changes: tuple[Change, ...]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns what was changed, as it was and as it is."""
    before = _told(usage)
    for metric, kind, most in changes:
        if kind == COUNTS:
            counts = KINDS if most is None else most
            usage.uncounted = tuple(uri for name, uri in KINDS.items() if name not in counts)
        else:
            usage.set_limit(metric, most, soft=kind == SOFT)
    limited = [m for m in MONTHLY if m in usage.limits or m in usage.soft]
    begun = {m: usage.begun.get(m) or begin(account, m) for m in limited}
    if begun != usage.begun:
        usage.begun = begun
    return audit.changes(before, _told(usage))


def _told(usage: Usage) -> dict[str, Any]:
    kinds: Mapping[str, Mapping[str, int]] = {HARD: usage.limits, SOFT: usage.soft}
    told: dict[str, Any] = {
        f"{short(metric)}/{kind}": most
        for kind, limits in kinds.items()
        for metric, most in limits.items()
    }
    return told | {"disc_space/counts": " ".join(counts(usage))}


def counts(usage: Usage) -> list[str]:
    """The kinds of bytes kept that count, beside the present contents of files."""
    return [name for name, uri in KINDS.items() if uri not in usage.uncounted]


def begin(account: Account, metric: str) -> Begun:
    """What there was of the metric as the present month began."""
    month = number_of(Grain.MONTH, clock.now())
    total = account.at(Of(short(metric)), span_of(Grain.MONTH, month).start).total
    return Begun(month, total)
