"""REST of schedules: what of a service starts by the clock, at `<service>/-/schedules`."""

from dataclasses import asdict
from typing import Any

from mserve.resources import clock
from mserve.resources.roles import Permission
from mserve.resources.schedule import Ran, Scheduled
from mserve.resources.service_facets import Schedules
from mserve.views import paging
from mserve.views.config import rest
from mserve.views.json import Json
from mserve.views.urls import facet_url

FOLLOWING = 5


@rest(context=Schedules, method="GET", permission=Permission.VIEW,
      gives="AllScheduled", query=paging.QUERY)  # fmt: skip
def listing(context: Schedules, request: Any) -> Any:
    """The workflows that start by the clock, with their next runs and the last one."""
    limit, after = paging.asked(request)
    schedules = context.node.schedules
    found = list(schedules.items(min=after, excludemin=after is not None))
    items = [shown(request, each) for _, each in found[:limit]]
    return paging.page(request, context, items, found, limit, total=len(schedules))


def shown(request: Any, scheduled: Scheduled) -> Json:
    """A schedule with what comes next, and what came of the last run."""
    return {
        "workflow": scheduled.name,
        "schedule": asdict(scheduled.schedule),
        "next": clock.rfc3339(scheduled.next),
        "following": [clock.rfc3339(each) for each in scheduled.following(FOLLOWING)],
        "fault": scheduled.fault,
        "last": None if scheduled.last is None else _last(request, scheduled, scheduled.last),
    }


def _last(request: Any, scheduled: Scheduled, last: Ran) -> Json:
    """What came of the last run; what has been removed since is null."""
    service = scheduled.service
    job = service.site.ids.get(last.job) if last.job else None
    round = service.rounds.get(last.round) if last.round else None
    return {
        "planned": clock.rfc3339(last.planned),
        "started": clock.rfc3339(last.started),
        "job": None if job is None else facet_url(request, service, "jobs", job.id),
        "round": None if round is None else facet_url(request, service, "rounds", round.id),
        "detail": last.words,
    }
