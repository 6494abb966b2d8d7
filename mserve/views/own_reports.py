"""Usage that programs have measured themselves, and report."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from mserve.errors import BadInput
from mserve.resources import audit, clock
from mserve.resources.audit import Action
from mserve.resources.figure import Figure, Figures, tally
from mserve.resources.metering import enter, report
from mserve.resources.metrics import Kind, Metric, check_amount, check_own
from mserve.resources.node import depend_on
from mserve.views.body import Fields

MOST = 1000  # reports in a request


class Own(NamedTuple):
    """An amount of a metric, or by what its rate changes."""

    metric: str
    amount: float | None
    rate: int | None


def read(document: Mapping[str, Any], known: Mapping[str, Metric]) -> list[Own]:
    """The reports of a document. Raises BadDocument with all that is wrong."""
    fields = Fields(document)
    items = fields.need("reports", _items) or []
    found = []
    for number, item in enumerate(items):
        try:
            found.append(_report(item, known))
        except BadInput as fault:
            fields.faults.append((f"/reports/{number}", str(fault)))
    fields.end()
    return found


def _items(value: object) -> list[Any]:
    if isinstance(value, list) and 0 < len(value) <= MOST:
        return value
    raise BadInput(f'should be a list of 1 to {MOST} objects such as {{"metric", "amount"}}')


def _report(item: object, known: Mapping[str, Metric]) -> Own:
    if not isinstance(item, dict) or not item.keys() <= {"metric", "amount", "rate"}:
        raise BadInput("should be an object with `metric`, and `amount` or `rate`")
    metric = check_own(item.get("metric"))
    amount, rate = item.get("amount"), item.get("rate")
    if (amount is None) == (rate is None):
        raise BadInput(f"{metric}: either `amount` or `rate` has to be given")
    found = known.get(metric)
    is_rate = found is not None and found.kind is Kind.RATE
    if is_rate and rate is None:
        raise BadInput(f"{metric} is a rate: give a `rate`")
    if rate is not None and (not is_rate or not isinstance(rate, int)):
        raise BadInput(f"{metric}: a `rate` is a whole number, and of a metric that is a rate here")
    amount = None if amount is None else check_amount(amount)
    return Own(metric, amount, None if rate is None else int(check_amount(rate)))


def enter_all(node: Any, reports: list[Own]) -> None:
    """Meters them at the node and all above it; amounts are told to who reports as well."""
    depend_on(node.lineage())
    rates: Figures = {}
    for each in reports:
        if each.amount is not None:
            report([*node.lineage()], each.metric, each.amount)
        elif each.rate is not None:
            change = Figure.rated(each.rate, clock.now(), 0, 1)
            tally(rates, each.metric, change)
    if rates:
        enter(node.lineage(), rates, clock.now())
    told = {each.metric: each.rate if each.amount is None else each.amount for each in reports}
    audit.record(node, Action.USAGE_REPORT, after=told)
