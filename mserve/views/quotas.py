"""Quotas as JSON: what a container, service or user may use, and what of it is used."""

from typing import Any

from mserve.errors import BadInput
from mserve.exceeded import Exceeded
from mserve.resources import clock, limiting, quota
from mserve.resources.account import Account
from mserve.resources.limiting import COUNTS, HARD, SOFT, Change
from mserve.resources.limits import LIMITED, MONTHLY
from mserve.resources.metrics import BUILT_IN, DISC_SPACE, short
from mserve.resources.properties import whole
from mserve.resources.quota import Quotas
from mserve.resources.roles import Permission
from mserve.resources.user import User
from mserve.security import node_of
from mserve.views.body import Fields, mapping

Json = dict[str, Any]
MOST = 1 << 60
METRICS = {short(metric): metric for metric in LIMITED}
KINDS = (HARD, SOFT)


def shown(quotas: Quotas) -> Json:
    """All of a holder's, those too that have no limit."""
    opens = clock.rfc3339(quota.next_month())
    return {
        "of": quotas.of,
        "quotas": {name: _one(quotas, metric, opens) for name, metric in METRICS.items()},
    }


def _one(quotas: Quotas, metric: str, opens: str | None) -> Json:
    hard, soft = quotas.usage.limits.get(metric), quotas.usage.soft.get(metric)
    used = quotas.used(metric)
    return {
        "hard": hard,
        "soft": soft,
        "used": used,
        "over": _over(used, hard, soft),
        "resets": opens if metric in MONTHLY else None,
        "unit": BUILT_IN[metric].unit,
        **({COUNTS: limiting.counts(quotas.usage)} if metric == DISC_SPACE else {}),
    }


def _over(used: float, hard: int | None, soft: int | None) -> str | None:
    if hard is not None and used >= hard:
        return HARD
    return SOFT if soft is not None and used > soft else None


def of_node(node: Any) -> Json:
    usage = limiting.seen(node.usage, Account(node.site, node.id, node))
    return shown(Quotas(node.type, node.__name__, node, usage))


def of_user(site: Any, user: User) -> Json:
    """Of who has none, what is used is that of the account."""
    known, account = site.payers.get(user.id), Account(site, user.id)
    usage = limiting.usage_of(account) if known is None else limiting.seen(known, account)
    return shown(Quotas("user", user.name, user, usage))


def limits(node: Any) -> Json:
    """Those that a node has, for its own JSON."""
    if not node.limited:
        return {}
    quotas = Quotas(node.type, "", node, node.usage)
    found = ((name, _one(quotas, metric, None)) for name, metric in METRICS.items())
    return {
        name: {kind: each[kind] for kind in (*KINDS, "over")}
        for name, each in found
        if each[HARD] is not None or each[SOFT] is not None
    }


def exceeded(request: Any, told: Exceeded) -> Json:
    """A quota that refuses; what it is called, and how much is used, is for
    who may see that."""
    found = told._asdict()
    if not _may_see(request, told.of):
        del found["used"], found["name"]
    return found


def _may_see(request: Any, of: str) -> bool:
    node = node_of(getattr(request, "context", None))
    above = node.find(of) if of != "user" and node is not None else None
    return of == "user" or bool(above and request.has_permission(Permission.USAGE, above))


def asked(document: Json) -> list[Change]:
    """The limits in a merge patch `{"quotas": {"ingest": {"hard": 1000}}}`. Raises BadDocument."""
    fields = Fields(document)
    found: list[Change] = []
    for name, limits in (fields.take("quotas", mapping) or {}).items():
        place = f"/quotas/{name}"
        if name not in METRICS:
            fields.faults.append((place, f"is no quota; there are: {', '.join(METRICS)}"))
        elif limits is None:
            found += [Change(METRICS[name], kind, None) for kind in KINDS]
        elif not isinstance(limits, dict) or limits.keys() - _fields(name):
            should = f"should be null, or an object with any of {', '.join(sorted(_fields(name)))}"
            fields.faults.append((place, should))
        else:
            found += _changes(fields, place, METRICS[name], limits)
    fields.end()
    return found


def _fields(name: str) -> set[str]:
    return {*KINDS, COUNTS} if METRICS[name] == DISC_SPACE else {*KINDS}


def _counting(value: Any) -> list[str]:
    if isinstance(value, list) and all(each in limiting.KINDS for each in value):
        return value
    raise BadInput(f"should be a list of any of: {', '.join(limiting.KINDS)}")


def _changes(fields: Fields, place: str, metric: str, limits: Json) -> list[Change]:
    found = []
    for kind, most in limits.items():
        try:
            check = _counting if kind == COUNTS else whole(0, MOST)
            most = None if most is None else check(most)
            found.append(Change(metric, kind, most))
        except BadInput as fault:
            fields.faults.append((f"{place}/{kind}", str(fault)))
    return found
