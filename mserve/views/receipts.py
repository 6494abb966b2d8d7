"""What depositors are told of their uploads: receipts, and pages of their own files."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from mserve import receipts
from mserve.errors import Missing, Refused
from mserve.resources import clock
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch
from mserve.resources.roles import Permission


def of(request: Any, mfile: Mfile) -> dict[str, Any]:
    """The file's receipt; raises Missing where it was not deposited."""
    deposit = mfile.deposit
    if deposit is None:
        raise Missing("this file did not come by a dropbox key, so that there is no receipt")
    told = {
        "sha256": deposit.sha256,
        "size": deposit.size,
        "received": clock.rfc3339(deposit.received),
        "service": deposit.service,
    }
    return receipts.sign(request.registry.seal, told)


def need_others(request: Any) -> None:
    """Raises Refused for a depositor, who adds files and nothing else."""
    if request.grant.own_only:
        raise Refused("this key adds files, one by one or several in a form, and nothing else")


def page(
    request: Any, branch: Branch, limit: int, after: str | None
) -> tuple[list[tuple[str, Any]], int | None]:
    """Up to `limit` children by name, and how many there are.

    To a depositor, their own files below it, newest first, and no number.
    """
    if not request.grant.own_only:
        return branch.page(limit, after), branch.count()
    return list(islice(_own(request, limit, after), limit)), None


def _own(request: Any, limit: int, after: str | None) -> Iterator[tuple[str, Any]]:
    """Those that are still there, with their keys."""
    name, site = request.grant.depositor[0], request.site
    while found := site.deposits.page(name, limit, after):
        for key, id in found:
            mfile = site.ids.get(id)
            shown = mfile is not None and mfile.in_tree
            if shown and request.has_permission(Permission.VIEW, mfile):
                yield key, mfile
        after = found[-1][0]
