"""Small new files in the express lane: a PUT of a few bytes where nothing is yet.

What may be refused is left to Pyramid before a byte of the body is read. Then the body is taken
into memory, where Pyramid finds it if the file can't be stored here after all: as another was
faster, a digest is not what was announced, the disk is full.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from io import BytesIO
from typing import Any

from mserve import ingest
from mserve.answered import EXPRESS, answered, name_of
from mserve.database import site_of
from mserve.group import Group
from mserve.purse import budgets_of
from mserve.resources.asker import asked_by
from mserve.resources.roles import Permission
from mserve.resources.site import Site
from mserve.resources.spool import Spool
from mserve.security import SecurityPolicy
from mserve.views import preconditions, quota_header
from mserve.views.absent import Absent
from mserve.views.api import files
from mserve.views.api.files import check_place, store_new, stored_json
from mserve.views.asker import asker_of
from mserve.views.express.answers import document
from mserve.views.express.asked import Answer, Asked
from mserve.views.express.bodies import Environ, Left, whole
from mserve.views.express.snapshots import Snapshots
from mserve.views.noting import note
from mserve.views.receive import receive_body
from mserve.views.traversal import walk
from mserve.views.urls import url

NAME = name_of(files.create)


class Uploads:
    """Stores with the process's others, as `group` has them."""

    def __init__(self, registry: Any, policy: SecurityPolicy, snapshots: Snapshots) -> None:
        self.registry, self.policy, self.snapshots = registry, policy, snapshots
        self.group: Group = registry.group

    def answer(self, environ: Environ) -> Answer | None:
        """The answer; None where it is Pyramid's to give. The environ may have its body then."""
        room = self.look(environ)
        if room is None:
            return None
        body = BytesIO(whole(environ))
        with self.receive({**environ, "wsgi.input": body}, room) as spool:
            found: Answer | None = self.group.run(
                lambda site: self.store(environ, site, spool), _nothing
            )
        if found is not None:
            answered(environ, NAME, EXPRESS)
        return found

    def look(self, environ: Environ) -> str | None:
        """Where the bytes may lie meanwhile, if the file may come here."""
        with self.snapshots.lent() as snapshot:
            if snapshot is None:
                return None
            asked = Asked(environ, self.registry, site_of(snapshot), self.policy)
            self.check(asked)
            self.registry.uses.note(asked.grant.key)
            return str(snapshot.db().storage.temporaryDirectory())

    def check(self, asked: Asked) -> Absent:
        """The place; raises Left or what keeps the file from it."""
        asked.context = context = walk(asked, asked.site)
        if not isinstance(context, Absent) or asked.GET or asked.door == "dav":
            raise Left
        if not self.policy.permits(asked, context, Permission.ADD) or budgets_of(asked.grant):
            raise Left
        preconditions.check(asked, context)
        check_place(asked, context)
        return context

    @contextmanager
    def receive(self, environ: Environ, room: str) -> Iterator[Spool]:
        asked = Asked(environ, self.registry, None, self.policy)
        asked.spool_folder = room
        spool = receive_body(asked)
        try:
            yield spool
        finally:
            spool.clear()

    def store(self, environ: Environ, site: Site, spool: Spool) -> Answer:
        """Stores where the path leads by now, if the key still may."""
        asked = Asked(environ, self.registry, site, self.policy)
        place = self.check(asked)
        note(asked, place)
        with asked_by(asker_of(asked)):
            stored = store_new(asked, place, spool, asked.headers.get("Content-Type", ""))
        return created(asked, stored)


def created(asked: Asked, stored: ingest.Stored) -> Answer:
    """As Pyramid answers it."""
    more = {"Location": url(asked, stored.mfile), **quota_header.fields(asked.environ)}
    return document(stored_json(asked, stored), HTTPStatus.CREATED, more)


def _nothing() -> None:
    return None
