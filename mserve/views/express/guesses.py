"""Wrong guesses in the express lane: 404 to an unknown key, 429 to who has to wait.

They are answered as Pyramid answers them, and told to the audit log. Pages are Pyramid's to make.
"""

import json
from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.interfaces import IRoutesMapper

from mserve.answered import EXPRESS, answered
from mserve.database import site_of
from mserve.errors import Throttled
from mserve.late import hold_back
from mserve.people import login
from mserve.resources.login_places import Login
from mserve.security import KEY_IN_PATH, SecurityPolicy
from mserve.views import refused
from mserve.views.declared import open_to_all
from mserve.views.express.answers import document
from mserve.views.express.asked import Answer, Asked
from mserve.views.express.bodies import Environ, small, whole
from mserve.views.express.snapshots import Snapshots
from mserve.views.guesses import Refusal, refusal, subject
from mserve.views.html.forms import check_origin
from mserve.views.html.problem_words import HEADER
from mserve.views.traversal import walk

TITLES = {404: "Not Found", 429: "Too Many Requests"}
CREDENTIALS = {frozenset({"name", "password"}), frozenset({"name", "password", "code"})}
NAME = "express.guesses"
"""As what its answers are counted."""
LONGEST = 4096  # characters of a field
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Guesses:
    """Refuses what is known to be one."""

    def __init__(self, registry: Any, policy: SecurityPolicy, snapshots: Snapshots) -> None:
        self.registry, self.policy, self.snapshots = registry, policy, snapshots
        self._route = registry.getUtility(IRoutesMapper)

    def refuse(self, asked: Asked) -> Answer | None:
        """The answer to a request whose secret is known to be wrong; else None."""
        told = asked.__dict__
        wrong = told.get("mserve_guess") or told.get("mserve_wait")
        if asked.door == "html" or not wrong or self._open(asked):
            return None
        found = refusal(asked)
        answered(asked.environ, NAME, EXPRESS)
        if KEY_IN_PATH in asked.environ:
            refused.note_guess(asked, found.status)
        else:
            refused.note(asked, found.status)
        return answer(found)

    def answer(self, environ: Environ) -> Answer | None:
        """429 to one more guess of who is remembered to wait, whatever is asked for."""
        if not self.registry.throttle.remembers:
            return None
        if is_login(environ):
            return self._look(environ, self._login, name_in(whole(environ)))
        if self.registry.throttle.known([subject(environ)]):
            return self._look(environ, self._key)
        return None

    def _look(self, environ: Environ, act: Any, *more: Any) -> Answer | None:
        with self.snapshots.lent() as snapshot:
            if snapshot is None:
                return None
            asked = Asked(environ, self.registry, site_of(snapshot), self.policy)
            if asked.door == "html" or HEADER in asked.headers:
                return None  # people are told in their language
            found: Answer | None = act(asked, *more)
            return found

    def _key(self, asked: Asked) -> Answer | None:
        """With a wrong key one sees what needs none."""
        if asked.identity is not None:
            return None
        if KEY_IN_PATH not in asked.environ:
            try:
                asked.context = walk(asked, asked.site)
            except HTTPNotFound:
                return None
        return self.refuse(asked)

    def _open(self, asked: Asked) -> bool:
        """Whether no key is needed there, as where a route leads, also below a wrong key."""
        context = getattr(asked, "context", None)
        free = context is not None and open_to_all(self.registry.declared, context)
        return free or self._route(asked)["route"] is not None

    def _login(self, asked: Asked, name: str | None) -> Answer | None:
        asked.context = walk(asked, asked.site)
        if name is None or not isinstance(asked.context, Login):
            return None
        check_origin(asked)
        wait = login.waits(asked, name)
        if not wait:
            return None
        answered(asked.environ, NAME, EXPRESS)
        hold_back(asked.environ)
        refused.note(asked, 429)
        return answer(Refusal(429, "throttled", str(Throttled(wait)), wait))


def answer(found: Refusal) -> Answer:
    """As Pyramid's problem document."""
    told = {
        "type": f"urn:mserve:problem:{found.kind}",
        "title": TITLES[found.status],
        "status": found.status,
        "detail": found.detail,
    }
    headers = {"Content-Type": "application/problem+json"}
    headers |= {} if found.wait is None else {"Retry-After": str(found.wait)}
    return document(told, found.status, headers)


def is_login(environ: Environ) -> bool:
    """Whether it is a name with a password, as REST has it."""
    kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    path: str = environ["PATH_INFO"]
    return path.endswith("/-/login") and small(environ, "POST") and kind not in FORMS


def name_in(body: bytes) -> str | None:
    """The name in credentials that can be looked at; None where Pyramid tells what is wrong."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or frozenset(found) not in CREDENTIALS:
        return None
    fit = all(isinstance(each, str) and len(each) <= LONGEST for each in found.values())
    return found["name"] if fit else None
