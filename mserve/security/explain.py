"""Why a chain of keys allows something, or does not: which link it is, and what of it."""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any, NamedTuple

from mserve.resources.roles import NOTHING, ROLES
from mserve.security.identity import Grant, Link
from mserve.security.lineage import ids_above
from mserve.security.policy import Closed, Failed, judge


class Verdict(NamedTuple):
    """`by`: what decides: `revoked`, `role`, `node`, `own` (it shows its own uploads alone),
    `service`, the name of a caveat, or None: allowed."""

    allowed: bool
    by: str | None
    link: Link | None


def explain(grant: Grant, context: Any, permission: str, paid: Iterable[str] = ()) -> Verdict:
    """What `judge` says of it, and why.

    `paid`: the budgets that it takes something of; what is spent of them is known as far as it is
    settled.
    """
    for link in grant.links:
        if link.key.revoked is not None:
            return Verdict(False, "revoked", link)
    above = ids_above(context)
    answer = judge(grant, context, above, permission)
    if isinstance(answer, Failed):
        return Verdict(False, answer.caveat, answer.link)
    if isinstance(answer, Closed):
        return Verdict(False, "service", None)
    if answer:
        return next(_spent(grant, paid), Verdict(True, None, None))
    return next(_blamed(grant, above, permission), _otherwise(grant))


def _otherwise(grant: Grant) -> Verdict:
    """No link lacks anything by itself."""
    if grant.own_only:
        return Verdict(False, "own", grant.own_only[-1])
    return Verdict(False, "attenuated", grant.links[0])


def _spent(grant: Grant, paid: Iterable[str]) -> Iterator[Verdict]:
    for link, kind in product(grant.links, paid):
        limit, ledger = getattr(link.caveats, kind), link.key.ledger
        spent = {} if ledger is None else ledger.spent_of(link.name)
        if limit is not None and spent.get(kind, 0) >= limit:
            yield Verdict(False, kind, link)


def _blamed(grant: Grant, above: set[str], permission: str) -> Any:
    for link in grant.links:
        by = _lacking(link, above, permission)
        if by is not None:
            yield Verdict(False, by, link)


def _lacking(link: Link, above: set[str], permission: str) -> str | None:
    caveats = link.caveats
    if link.key.__parent__.id not in above or (caveats.node or link.key.__parent__.id) not in above:
        return "node"
    if permission not in ROLES.get(link.key.role, NOTHING):
        return "role"
    outside = caveats.permissions is not None and permission not in caveats.permissions
    return "permissions" if outside else None
