"""The charts of the page of usage: what each shows, of which time, and where it is."""

from collections.abc import Iterator
from copy import copy
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import urlencode

from mserve.resources import clock
from mserve.resources.account import Account
from mserve.resources.metrics import (
    ACCESS,
    DISC,
    DISC_SPACE,
    FILE,
    INGEST,
    JOB_RUNTIME,
    RESPONSE_TIME,
    TASK,
    TASK_FAILURE,
    short,
)
from mserve.resources.period import DAY_LONG, HOUR_LONG, Grain, around
from mserve.resources.report import Asked, lines
from mserve.resources.rows import Dimension
from mserve.views import usage_tags
from mserve.views.chart import By
from mserve.views.chart_table import namer, table
from mserve.views.html.languages import _
from mserve.views.urls import facet_url

Json = dict[str, Any]
ENDED = (TASK, TASK_FAILURE)
ABOVE = ("site", "container")


class Chart(NamedTuple):
    """Metrics, told apart by that; None: by the page's grain. `long`: of which time (µs) up to
    now, if not the page's; 0: from the beginning.
    """

    title: str
    metrics: tuple[str, ...]
    by: By = None
    long: int | None = None


CHARTS = (
    Chart(_("Bytes kept"), (DISC,)),
    Chart(_("Bytes that came in, and were read"), (INGEST, ACCESS)),
    Chart(_("Files"), (FILE,)),
    Chart(_("Milliseconds to the first byte"), (RESPONSE_TIME,)),
    Chart(_("Tasks in the last hour"), ENDED, Grain.STEP, HOUR_LONG),
    Chart(_("Tasks in the last day"), ENDED, Grain.HOUR, DAY_LONG),
    Chart(_("How tasks ended"), ENDED, Dimension.TASK),
    Chart(_("Tasks that failed"), (TASK_FAILURE,), Dimension.TASK),
    Chart(_("Seconds of tasks"), (JOB_RUNTIME,)),
    Chart(_("Bytes kept, by type"), (DISC_SPACE,), Dimension.MIMETYPE, 0),
    Chart(_("Top services: bytes kept"), (DISC_SPACE,), Dimension.SERVICE, 0),
    Chart(_("Top services: bytes that came in"), (INGEST,), Dimension.SERVICE),
)


def shown(request: Any, node: Any, account: Account, long: int, by: Grain) -> Iterator[Json]:
    """Each chart of a node with its table, over that time (µs) up to now."""
    by = by if by in account.grains else Grain.DAY
    fine = copy(account)
    fine.refine()
    for each in CHARTS:
        step, above = each.by is Grain.STEP, each.by is Dimension.SERVICE
        needed = Grain.HOUR if isinstance(each.by, Grain) else by
        if needed in account.grains and not (above and node.type not in ABOVE):
            whole = each._replace(by=each.by or by, long=long if each.long is None else each.long)
            yield _shown(request, node, fine if step else account, whole, by)


def _shown(request: Any, node: Any, account: Account, chart: Chart, by: Grain) -> Json:
    asked = Asked(tuple(map(short, chart.metrics)), _start(account, chart, by), None, chart.by)
    found = [*lines(account, asked)]
    query = [("metric", metric) for metric in chart.metrics]
    query += [] if asked.by is None else [("group", asked.by.label)]
    query += [] if asked.start is None else [("from", str(clock.rfc3339(asked.start)))]
    address = f"{facet_url(request, node, 'usage')}?{urlencode(query)}"
    return {
        "title": chart.title,
        "table": table(found, asked.by, namer(request.site)),
        "svg": f"{address}&format=svg&as-of={_version(request, node, account)}",
        "csv": f"{address}&format=csv",
    }


def _start(account: Account, chart: Chart, by: Grain) -> int | None:
    """Where a period begins, and something is known; None: from the beginning."""
    if not chart.long:
        return None
    grain = chart.by if isinstance(chart.by, Grain) else by
    begin = max(account.moment - chart.long, account.begin_by(grain))
    return around(grain, begin).start


def _version(request: Any, node: Any, account: Account) -> str:
    """Another one as soon as the chart is."""
    now = around(account.grains[0], account.moment).start
    state = usage_tags.state_of(request.site, node.id, node), now, request.locale_name
    return sha256(repr(state).encode()).hexdigest()[:12]
