"""The form of a workflow's schedule: what is in it, and the runs that it would bring."""

from typing import Any

from mserve.errors import BadDocument
from mserve.resources import clock, cron
from mserve.resources.profile import Profile
from mserve.resources.schedule import COLLAPSE, SERVICE, Schedule
from mserve.views.api.schedules import FOLLOWING
from mserve.views.html.editing import typed
from mserve.views.html.moments import PLACES, USUAL
from mserve.views.schedules import UNSCHEDULED, read_schedule

BLANK = {
    "cron": "", "timezone": USUAL, "missed": COLLAPSE, "each": SERVICE, "condition": "",
    "paused": False,
}  # fmt: skip
FIELDS = ("cron", "timezone", "missed", "each", "condition")
Json = dict[str, Any]


def told(profile: Profile, name: str, schedule: Json | None) -> Json:
    """What the form shows of a schedule's document, or of none."""
    return {
        "schedulable": name not in UNSCHEDULED,
        "scheduled": bool(schedule),
        "checked": False,
        "schedule": {**BLANK, **(schedule or {})},
        "coming": coming(profile.__parent__, schedule) if schedule else [],
        "zones": PLACES,
    }


def draft(request: Any, now: Json | None) -> Json:
    """The document that the form's fields ask for; it pauses where the present one does."""
    paused = bool((now or BLANK)["paused"])
    return {**{name: typed(request, name) for name in FIELDS}, "paused": paused}


def coming(node: Any, document: Json) -> list[str]:
    """The next runs (RFC 3339), within the times of a service; none where it cannot be used."""
    try:
        schedule = read_schedule({**document, "condition": ""})
    except BadDocument:
        return []
    return [str(clock.rfc3339(each)) for each in following(node, schedule)]


def following(node: Any, schedule: Schedule) -> list[int]:
    """The next runs (µs) of a schedule of the service or container."""
    if schedule.paused:
        return []
    start, end = getattr(node, "start", None), getattr(node, "end", None)
    begin = max(clock.now(), (start or 0) - 1)
    found = cron.several(schedule.cron, schedule.timezone, begin, FOLLOWING)
    return [each for each in found if end is None or each < end]
