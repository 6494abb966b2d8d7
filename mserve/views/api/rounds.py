"""REST of rounds: a workflow on all files of a service, at `<service>/-/rounds`."""

from typing import Any

from mserve.errors import BadInput
from mserve.resources import clock
from mserve.resources.node import Branch
from mserve.resources.quota import need_jobs
from mserve.resources.roles import Permission
from mserve.resources.round import Errand, Round
from mserve.resources.service_facets import Rounds
from mserve.tasks import rounds
from mserve.views import paging
from mserve.views.body import Fields, document, text
from mserve.views.config import created, no_content, rest
from mserve.views.json import Json
from mserve.views.profiles import condition, queue
from mserve.views.targets import find_node
from mserve.views.urls import facet_url, url


@rest(context=Rounds, method="GET", permission=Permission.VIEW,
      gives="Rounds", query=paging.QUERY)  # fmt: skip
def listing(context: Rounds, request: Any) -> Any:
    """A page of the service's rounds, the newest first; a hundred are kept."""
    limit, after = paging.asked(request)
    known = context.node.rounds
    found = list(known.items(min=after, excludemin=after is not None))
    items = [shown(request, each) for _, each in found[:limit]]
    return paging.page(request, context, items, found, limit, total=len(known))


@rest(context=Rounds, method="POST", permission=Permission.PROCESS,
      takes="NewRound", gives={202: "Round"})  # fmt: skip
def begin(context: Rounds, request: Any) -> Any:
    """Runs a workflow on each file that meets a condition: `{"workflow", "condition"?, …}`.

    `folder` is the way to a folder of the service, if not all of it is meant; `queue` is where
    tasks wait that name none themselves. Files that come later are not looked at.
    """
    fields = Fields(document(request))
    name = fields.need("workflow", text)
    asked = fields.take("condition", condition, "")
    way = fields.take("folder", text, "")
    where = fields.take("queue", queue(request.settings))
    fields.end()
    top = find_node(context.node, way)
    if not isinstance(top, Branch):
        raise BadInput(f"there is no folder {way!r} in this service")
    need_jobs(top)
    made = rounds.begin(top, Errand("manual", name, asked, where))
    answer = shown(request, made)
    created(request, answer, answer["url"])
    request.response.status_int = 202
    return answer


@rest(context=Round, method="GET", permission=Permission.VIEW, gives="Round")
def show(context: Round, request: Any) -> Any:
    """A round with what has come of it so far."""
    return shown(request, context)


@rest(context=Round, method="POST", permission=Permission.PROCESS,
      takes="RoundAction", gives="Round")  # fmt: skip
def steer(context: Round, request: Any) -> Any:
    """Stops the round and its jobs: `{"action": "cancel"}`."""
    fields = Fields(document(request))
    fields.need("action", _is_action)
    fields.end()
    rounds.cancel(context)
    return shown(request, context)


def _is_action(value: Any) -> str:
    if value != "cancel":
        raise BadInput('should be "cancel"')
    return "cancel"


@rest(context=Round, method="DELETE", permission=Permission.PROCESS, gives={204: None})
def remove(context: Round, request: Any) -> Any:
    """Forgets a round that has ended; its jobs stay."""
    rounds.remove(context)
    return no_content()


def shown(request: Any, round: Round) -> Json:
    """A round as JSON."""
    outcomes, service = round.outcomes(), round.service
    return {
        "id": round.id,
        "url": facet_url(request, service, "rounds", round.id),
        "workflow": round.errand.workflow,
        "profile_version": round.edition.version,
        "trigger": round.errand.trigger,
        "folder": url(request, round.top) if round.in_tree else None,
        "condition": round.errand.condition,
        "queue": round.errand.queue,
        "state": round.state,
        "created": clock.rfc3339(round.created),
        "ended": clock.rfc3339(round.ended),
        "files": max(round.files, round.looked_at),
        "looked_at": round.looked_at,
        "started": round.started,
        "skipped": round.skipped,
        "done": outcomes.get("done", 0),
        "failed": outcomes.get("failed", 0) + round.faults,
        "cancelled": outcomes.get("cancelled", 0),
        "percent": _percent(round, sum(outcomes.values())),
        "error": round.error,
    }


def _percent(round: Round, ended: int) -> int:
    """How much is done of what there is, by files; 100 when it has ended, not before."""
    if round.state == "done":
        return 100
    files = max(round.files, round.looked_at, 1)
    return min(99, 100 * (round.skipped + round.faults + ended) // files)
