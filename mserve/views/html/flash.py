"""Flashes: what a form without a script has done, told once on the page that it leads on to.

The cookie that carries one is sealed: nobody can have a page say what mserve did not, and no name
is read from it. It is for one address alone, and for a minute.
"""

import json
from typing import Any, NamedTuple
from urllib.parse import unquote

from pyramid.response import Response

from mserve.resources.key import digest
from mserve.seal import Broken
from mserve.views.html.languages import _
from mserve.views.html.static import mounted

COOKIE = "flash"
WHILE = 60  # seconds
LONGEST = 200  # characters of a name
LARGEST = 3800  # bytes: browsers drop larger cookies

DONE = {
    "uploaded": _("Stored."),
    "folder": _("The folder “%(name)s” is made."),
    "renamed": _("It is called “%(name)s” now."),
    "moved": _("“%(name)s” is moved here."),
    "copied": _("“%(name)s” is copied; this is the copy."),
    "trashed": _("“%(name)s” is in the trash now."),
    "removed": _("“%(name)s” is removed."),
    "restored": _("“%(name)s” is back where it was."),
    "purged": _("“%(name)s” is gone for good."),
    "begun": _("The job “%(name)s” has begun."),
    "round": _("“%(name)s” is being run on all files."),
    "stopped": _("“%(name)s” is stopped; its jobs end."),
    "cancelled": _("The job “%(name)s” is cancelled."),
    "retried": _("What failed of “%(name)s” is done once more."),
    "file": _("The file “%(name)s” is made of it."),
    "undone": _("Undone: what it had changed is as it was. That can be undone in turn."),
    "paused": _("“%(name)s” takes no more; what has begun is finished."),
    "resumed": _("“%(name)s” goes on."),
    "invited": _("“%(name)s” is invited by mail."),
    "sent": _("A link is sent to “%(name)s”."),
    "disabled": _("“%(name)s” is kept out, and logged out everywhere."),
    "enabled": _("“%(name)s” may log in again."),
    "saved": _("Saved."),
    "revoked": _("The link works no more, nor any that was made from it."),
    "unlocked": _("Unlocked."),
}
"""All that is ever told, by the names that cookies have."""


class Undo(NamedTuple):
    """A form that takes it back: what it does, at which URL, with which `name`."""

    do: str
    at: str
    name: str = ""


def flash(
    request: Any, answer: Response, done: str, name: str = "", undo: Undo | None = None
) -> Response:
    """Has the page that `answer` (303) leads to tell what was done, and offer to take it back."""
    told: dict[str, Any] = {
        "done": done,
        "name": name[:LONGEST],
        "for": _mark(answer.location),
    }
    if undo is not None:
        told["undo"] = undo._replace(at=undo.at.removeprefix(request.application_url))
    value = request.registry.seal.seal(json.dumps(told).encode()).decode()
    if len(value) <= LARGEST:
        answer.set_cookie(COOKIE, value, max_age=WHILE, **_place(request))
    return answer


def flashed(request: Any) -> dict[str, Any] | None:
    """What is to be told on this page: text, and the Undo; from then on no more."""
    told = _told(request)
    if told is None or told.get("for") != _mark(request.path_url) or told["done"] not in DONE:
        return None
    request.add_response_callback(_forget)
    do = Undo(*told["undo"]) if told.get("undo") else None
    undo = do and do._replace(at=f"{request.application_url}{do.at}")
    text = request.localizer.translate(DONE[told["done"]], "mserve") % {"name": told["name"]}
    return {"text": text, "undo": undo}


def _told(request: Any) -> dict[str, Any] | None:
    value = request.cookies.get(COOKIE)
    try:
        opened = request.registry.seal.open(value.encode()) if value else None
    except Broken:
        return None
    return None if opened is None else dict(json.loads(opened))


def _mark(address: str) -> str:
    """Stands for an address, which may have a key in it."""
    return digest(unquote(address.partition("?")[0]))


def _forget(request: Any, response: Response) -> None:
    place = _place(request)
    response.set_cookie(COOKIE, "", max_age=0, **place)


def _place(request: Any) -> dict[str, Any]:
    return {
        "path": mounted(request) or "/",
        "samesite": "Strict",
        "httponly": True,
        "secure": request.scheme == "https",
    }
