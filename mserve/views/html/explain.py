"""The page that tells which tasks of a workflow would run on a file, and why others would not."""

from typing import Any

from mserve.errors import BadInput, MserveError
from mserve.resources.profile import Explain
from mserve.resources.roles import Permission
from mserve.views.api import explain as door
from mserve.views.config import page
from mserve.views.html import amounts, trying
from mserve.views.html.asked import further
from mserve.views.html.editing import path_to, profile_url
from mserve.views.html.languages import _
from mserve.views.html.walking import Walk, walk

ASKED = ("workflow", "path", "name", "mimetype", "size")


@page(context=Explain, permission=Permission.VIEW, template="explain.jinja2")
def show(context: Explain, request: Any) -> dict[str, Any]:
    """Asks for a workflow and a file, by its path or made up, and explains."""
    profile = context.__parent__
    asked = {name: request.GET.get(name, "").strip() for name in ASKED}
    found, fault = _explained(profile, asked)
    here = profile_url(request, profile, "explain")
    return {
        "node": profile.__parent__,
        "profile": profile.name,
        "here": here,
        "beyond": path_to(request, profile, (request.localizer.translate(_("try it")), here)),
        "workflows": sorted(name for name, each in profile.workflows.items() if each.specs),
        "workflow_url": profile_url(request, profile, "workflows"),
        "asked": asked,
        "files": [*trying.files(request, profile.__parent__)],
        "walked": _walked(request, profile.__parent__),
        "step": lambda **where: further(here, {**asked, **where}),
        "found": found,
        "fault": fault,
    }


def _walked(request: Any, node: Any) -> Walk | None:
    """The walk to a file of the service, once it was begun: the query has `at` then."""
    at = request.GET.get("at")
    if at is None or node.type != "service":
        return None
    return walk(request, node, at, request.GET.get("find", "").strip(), files=True)


def _explained(profile: Any, asked: dict[str, str]) -> tuple[Any, str]:
    """What REST answers, and what is wrong; neither before anything is asked."""
    if not asked["workflow"] or not any(asked[name] for name in ASKED[1:]):
        return None, ""
    try:
        made_up = None if asked["path"] else _made_up(asked)
        return door.told(profile, asked["workflow"], asked["path"] or None, made_up), ""
    except MserveError as fault:
        return None, str(fault)


def _made_up(asked: dict[str, str]) -> dict[str, Any]:
    """The facts of a file that there is not. Raises BadInput."""
    facts: dict[str, Any] = {n: asked[n] for n in ("name", "mimetype") if asked[n]}
    size = amounts.read(asked["size"])
    if size is not None:
        facts["size"] = size
    if not facts:
        raise BadInput("name a file, or say what one is like")
    return facts
