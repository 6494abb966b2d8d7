"""What a request asks for of usage: metrics, a time, and what they are told apart by."""

import re
from collections.abc import Sequence
from typing import Any

from mserve.errors import BadInput
from mserve.resources import clock
from mserve.resources.account import Account
from mserve.resources.metrics import OF_TASKS, check_uri, full, short
from mserve.resources.period import Grain, around
from mserve.resources.report import Asked
from mserve.resources.rows import Dimension

QUERY = ("metric", "from", "to", "group", "format")
GROUPS: dict[str, Grain | Dimension] = {
    **{grain.label: grain for grain in Grain},
    "key": Dimension.KEY,
    "task": Dimension.TASK,
    "mimetype": Dimension.MIMETYPE,
    "service": Dimension.SERVICE,
}
MOST = 20_000  # lines of an answer
MONTH = re.compile(r"\d{4}-\d{2}")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def asked(request: Any, account: Account) -> Asked:
    """What the query asks for. Raises BadInput."""
    query = request.GET
    metrics = tuple(short(check_uri(each)) for each in query.getall("metric"))
    by = _by(query.get("group"), account, metrics)
    start, end = (_moment(query.get(name), name, account) for name in ("from", "to"))
    if start is not None and end is not None and end <= start:
        raise BadInput("`to` has to be after `from`")
    found = Asked(metrics or None, start, end, by)
    if isinstance(by, Grain):
        _check_kept(account, by, start if end is None or start is not None else end - 1)
        _check_many(account, found, by)
    return found


def _by(text: str | None, account: Account, metrics: Sequence[str]) -> Grain | Dimension | None:
    if text is None:
        return None
    if text not in GROUPS:
        raise BadInput(f"group={text:.40}: should be one of: {', '.join(GROUPS)}")
    by = GROUPS[text]
    if by is Grain.STEP and Grain.HOUR in account.grains:
        if not metrics or not OF_TASKS.issuperset(metrics):
            told = " and ".join(map(full, sorted(OF_TASKS)))
            raise BadInput(f"group={text} is for the metrics {told} alone")
        account.refine()
    if isinstance(by, Grain) and by not in account.grains:
        raise BadInput(f"of a file there is no usage by {by.label}; ask for days")
    return by


def _check_kept(account: Account, by: Grain, begin: int | None) -> None:
    """What is asked for has to begin when there were rows of that grain."""
    kept = account.kept_from(by)
    if begin is not None and begin < kept:
        since = clock.rfc3339(kept)
        told = f"usage by {by.label} is kept from {since} on; ask for a later time, or group more"
        raise BadInput(told)


def _moment(text: str | None, name: str, account: Account) -> int | None:
    """A time, a day or a month, in µs, at which a period of the account begins."""
    if text is None:
        return None
    whole = text + "-01" if MONTH.fullmatch(text) else text
    moment = clock.parse(whole + "T00:00Z" if DAY.fullmatch(whole) else whole)
    finest = next((each for each in account.grains if moment >= account.kept_from(each)), None)
    if finest is None:
        since = clock.rfc3339(account.kept_from(account.grains[0]))
        raise BadInput(f"{name}={text:.40}: usage of a file is kept from {since} on")
    begin = around(finest, moment).start
    if begin != moment:
        told = f"usage is summed up by {finest.label} here; right is for example"
        raise BadInput(f"{name}={text:.40}: {told} {clock.rfc3339(begin)}")
    return moment


def _check_many(account: Account, found: Asked, by: Grain) -> None:
    end = account.moment if found.end is None else found.end
    begin = account.begin_by(by) if found.start is None else found.start
    long = around(by, account.moment)
    if (end - begin) // (long.end - long.start) > MOST:
        raise BadInput(f"that are more than {MOST} lines; ask for a shorter time")
