"""THE EXPRESS LANE: reads of a file's bytes, of a node's JSON and listing, uploads of small new
files, and refusals of wrong guesses, past Pyramid's router.

It goes the same steps by the same functions: key, traversal, permission, view. What it leaves out
is what a plain read has no use for: routes, predicates, tweens, a transaction that could commit.
Whatever it is not sure of (an error, another refusal, a page, a conflict, a query that the view has
not declared, a key with a budget) it leaves to Pyramid, which then sees the request as it came: so
for every other answer there is one source.
"""

import logging
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, NamedTuple

from pyramid.httpexceptions import HTTPNotFound

from mserve.answered import EXPRESS, answered, name_of
from mserve.database import site_of
from mserve.purse import budgets_of
from mserve.resources.container import Container
from mserve.resources.facets import Info
from mserve.resources.file_facets import ContentFacet, Poster, Thumbnail
from mserve.resources.folder import Folder
from mserve.resources.mfile import Mfile
from mserve.resources.service import Service
from mserve.resources.site import Site
from mserve.views.api import files, nodes
from mserve.views.content.metered import BEGAN
from mserve.views.express.answers import document
from mserve.views.express.asked import Answer, Asked
from mserve.views.express.bodies import small
from mserve.views.express.guesses import Guesses
from mserve.views.express.scrapes import Scrapes
from mserve.views.express.snapshots import Snapshots
from mserve.views.express.uploads import Uploads
from mserve.views.html.headers import OTHERS, transport
from mserve.views.metrics.process import gauge_process
from mserve.views.traversal import walk

log = logging.getLogger(__name__)
Lane = tuple[type, str]
"""A class of contexts, and the door at which the client knocks."""

BRANCHES = (Site, Container, Service, Folder)
VIEWS: dict[Lane, Any] = {
    (Mfile, "bytes"): files.content,
    (Mfile, "dav"): files.content,
    (Mfile, "json"): files.facts,
    **{(branch, door): nodes.listing for branch in BRANCHES for door in ("bytes", "json")},
    **{(ContentFacet, door): files.content_facet for door in ("bytes", "json", "html")},
    **{(Thumbnail, door): files.rendition for door in ("bytes", "json", "html")},
    **{(Poster, door): files.rendition for door in ("bytes", "json", "html")},
    **{(Info, door): nodes.info for door in ("bytes", "json", "html")},
}
STATUS = {each.value: f"{each.value} {each.phrase}" for each in HTTPStatus}
METHODS = frozenset({"GET", "HEAD"})
ZIP = "application/zip"
"""A client that wants it first may get a listing's archive."""


class Stop(NamedTuple):
    """A view, and the permission and the query that it is declared with."""

    view: Callable[[Any, Any], Any]
    permission: str
    query: frozenset[str]
    name: str


class Express:
    """A WSGI application before `app`, Pyramid's."""

    def __init__(self, app: Any) -> None:
        self.app, self.registry = app, app.registry
        self.policy = self.registry.mserve_policy
        self.snapshots = Snapshots(self.registry._zodb_databases[""])
        self.uploads = Uploads(self.registry, self.policy, self.snapshots)
        self.guesses = Guesses(self.registry, self.policy, self.snapshots)
        self.scrapes = Scrapes(self.registry, self.snapshots)
        self.stops = {lane: stop_of(self.registry, lane[0], view) for lane, view in VIEWS.items()}

    def begin_counting(self) -> None:
        """The server begins: what this process counts is to be seen by the others."""
        self.registry.count_files.begin()

    def gauge(self) -> None:
        """The server calls it now and then."""
        gauge_process(self.registry._zodb_databases[""])

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ[BEGAN] = time.monotonic()
        answer = self.answer(environ)
        if answer is None:
            return self.app(environ, start_response)  # type: ignore[no-any-return]  # Pyramid has no types
        headers = {**OTHERS, **answer.headers, **transport(environ, self.registry)}
        start_response(STATUS[answer.status], [*headers.items()])
        return () if environ["REQUEST_METHOD"] == "HEAD" else answer.body

    def answer(self, environ: dict[str, Any]) -> Answer | None:
        """The answer, or None where it is Pyramid's to give."""
        try:
            read = self.scrapes.answer(environ) or self.read(environ) if plain(environ) else None
            return read or self.guesses.answer(environ) or self.store(environ)
        except Exception as fault:  # Pyramid meets it again, and tells the client and the log
            log.debug("left to Pyramid: %s", type(fault).__name__)
            return None

    def read(self, environ: dict[str, Any]) -> Answer | None:
        """As `answer`, of a read."""
        with self.snapshots.lent() as snapshot:
            if snapshot is None:
                return None
            asked = Asked(environ, self.registry, site_of(snapshot), self.policy)
            try:
                return self.look(asked) or self.guesses.refuse(asked)
            except HTTPNotFound:
                return self.guesses.refuse(asked)

    def store(self, environ: dict[str, Any]) -> Answer | None:
        """As `answer`, of an upload."""
        return self.uploads.answer(environ) if small(environ, "PUT") else None

    def look(self, asked: Asked) -> Answer | None:
        asked.context = context = walk(asked, asked.site)
        stop = self.stops.get((type(context), asked.door))
        if stop is None or not stop.query.issuperset(asked.GET):
            return None
        if not self.policy.permits(asked, context, stop.permission) or budgets_of(asked.grant):
            return None
        self.registry.uses.note(asked.grant.key)
        found = stop.view(context, asked)
        if isinstance(found, dict):
            found = document(found)
        if not isinstance(found, Answer):
            return None
        answered(asked.environ, stop.name, EXPRESS)
        return found


def plain(environ: dict[str, Any]) -> bool:
    """Whether it is a read without a body, and of no archive."""
    return (
        environ["REQUEST_METHOD"] in METHODS
        and not environ.get("HTTP_ACCEPT", "").startswith(ZIP)
        and environ.get("CONTENT_LENGTH", "") in ("", "0")
        and "HTTP_TRANSFER_ENCODING" not in environ
    )


def stop_of(registry: Any, context: type, view: Any) -> Stop:
    """The view with what it is declared with for `context`."""
    declared = next(
        each
        for each in registry.declared
        if each.view is view and each.context is context and each.method == "GET"
    )
    return Stop(view, declared.permission, frozenset(declared.door.query), name_of(view))
