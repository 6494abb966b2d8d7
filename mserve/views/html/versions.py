"""The page of a file's versions: what it was, when, by whom; to be had back, and compared."""

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from mserve import ingest
from mserve.errors import BadInput
from mserve.resources import clock
from mserve.resources.audit import Action
from mserve.resources.audit_pages import Event, Wanted
from mserve.resources.audit_pages import page as page_of_events
from mserve.resources.file_facets import Versions, VersionView
from mserve.resources.mfile import UNKNOWN, Mfile
from mserve.resources.roles import Permission
from mserve.views import paging
from mserve.views.config import page
from mserve.views.html.compare import Edition, compared
from mserve.views.html.forms import form
from mserve.views.html.template import may
from mserve.views.urls import facet_url

EVENTS = 300  # of the file, the newest, among which those are that made its versions
NEAR = 60 * clock.SECOND
"""An event is recorded in the transaction that it tells of, which may last so long."""
MAKING = (Action.CREATE, Action.REPLACE)


@page(context=Versions, permission=Permission.VIEW, template="versions.jinja2")
def versions(context: Versions, request: Any) -> dict[str, Any]:
    """A page of the versions, the newest first; with `?old=` and `?new=` also how two differ."""
    limit, after = paging.asked(request)
    mfile = context.node
    numbers = [*reversed((mfile.versions or {}).keys())]
    rest = [each for each in numbers if after is None or each < paging.number(after)]
    editions = [edition(request, mfile, each) for each in rest[:limit]]
    shown = [*([] if after else [edition(request, mfile, mfile.version)]), *editions]
    listed = paging.page(
        request, context, shown, [(str(each), None) for each in rest], limit, total=len(numbers)
    )
    return {
        "node": mfile,
        "here": facet_url(request, mfile, "versions"),
        "editions": shown,
        "makers": makers(request, mfile, shown),
        "next": listed["next"],
        "cursor": after,
        "restored": _restored(request, mfile),
        "compared": _compared(request, mfile),
    }


def edition(request: Any, mfile: Mfile, number: int) -> Edition:
    """The version of that number, or what the file is now."""
    if number == mfile.version:
        since = mfile.since or mfile.created
        here = facet_url(request, mfile, "content")
        return Edition(number, mfile.content, mfile.mimetype, since, None, here)
    version = mfile.find_version(number)
    if version is None:
        raise BadInput(f"there is no version {number} of this file (any more)")
    kind = version.content.mimetype or version.announced or UNKNOWN
    here = facet_url(request, mfile, "versions", str(number))
    return Edition(number, version.content, kind, version.since, version.until, here)


def makers(request: Any, mfile: Mfile, editions: list[Edition]) -> dict[int, str]:
    """Who has made which version, as the audit log tells those who may see it."""
    if not may(request, Permission.AUDIT, mfile):
        return {}
    events, _ = page_of_events(mfile, Wanted(), EVENTS)
    made = [each for each in events if each.action in MAKING]
    found = ((each, _nearest(each, made)) for each in editions)
    return {each.number: event.actor for each, event in found if event is not None}


def _nearest(each: Edition, events: list[Event]) -> Event | None:
    """The event that tells of it: of the same bytes, at about the same time."""
    same = [event for event in events if (event.after or {}).get("sha256") == each.content.sha256]
    found = min(same, key=lambda event: abs(event.time - each.since), default=None)
    return found if found is not None and abs(found.time - each.since) < NEAR else None


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise BadInput(f"{text:.20} should be the number of a version")
    return int(text)


def _restored(request: Any, mfile: Mfile) -> tuple[int, str | None] | None:
    """What was restored just now, and where that is taken back, if what was there is kept."""
    asked = request.GET.get("restored")
    if asked is None:
        return None
    former = mfile.find_version(mfile.version - 1)
    if former is None:
        return _number(asked), None
    return _number(asked), facet_url(request, mfile, "versions", str(former.number))


def _compared(request: Any, mfile: Mfile) -> dict[str, Any] | None:
    old, new = (request.GET.get(name) for name in ("old", "new"))
    if old is None or new is None:
        return None
    sides = sorted({_number(old), _number(new)})
    if len(sides) < 2:
        raise BadInput("a version is compared with another one; choose two")
    first, second = (edition(request, mfile, each) for each in sides)
    return compared(request, mfile, first, second)


@form(context=VersionView, do="restore", permission=Permission.WRITE)
def restore(context: VersionView, request: Any) -> Response:
    """Makes it the file's content again; the page that it leads to can take that back."""
    number, mfile = context.version.number, context.__parent__.node
    ingest.restore_version(mfile, number)
    return HTTPSeeOther(f"{facet_url(request, mfile, 'versions')}?restored={number}")
