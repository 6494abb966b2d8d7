"""People with keys in their profiles, who have logged in, and the rule of what they may."""

import time
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any

from mserve import sessions
from mserve.people import OWN
from mserve.resources.roles import ROLES, Permission
from mserve.resources.user import User
from mserve.sessions.cookie import HEADER, NAME, csrf_of, digest
from tests.unit.access.operations import OPEN, REACHED, Operation
from tests.unit.access.places import NODES, find

READS = ("GET", "HEAD", "OPTIONS")
PEOPLE: dict[str, tuple[tuple[str, str], ...]] = {
    "nobody's": (),
    "administrator": (("siteadmin", "site"),),
    "provider": (("containeradmin", "container"),),
    "manager": (("serviceadmin", "service"),),
    "member": (("servicecustomer", "service"),),
    "writer": (("mfilereadwrite", "folder"),),
    "reader": (("mfilereadonly", "folder"),),
    "viewer": (("renditions", "mfile"),),
    "auditor": (("auditor", "container"),),
    "of two": (("mfilereadonly", "container"), ("mfileowner", "folder")),
}
"""By a name for each: the roles of the keys in the profile, with the nodes that they are on."""


@dataclass(frozen=True)
class Session:
    """What a browser keeps of a login."""

    secret: str

    def headers(self, token: bool) -> dict[str, str]:
        """`token`: whether it shows that the request is of a page of ours, and not forged."""
        found = {"Cookie": f"{NAME}={self.secret}"}
        return found | ({HEADER: csrf_of([("", f"{NAME}={self.secret}")])} if token else {})


def log_in(registry: Any, user: User) -> Session:
    secret, now = token_urlsafe(32), time.time()
    made = sessions.Session(digest(secret), user.id, user.epoch, now, now, "192.0.2.1", "test")
    sessions.store(registry).add(made)
    return Session(secret)


def join(site: Any, name: str) -> User:
    """The new user `name`, with their keys."""
    user = site.users.add(User(name.replace(" ", "-").replace("'", "")))
    for role, node in PEOPLE[name]:
        user.keep(find(site, NODES[node]).add_key(role)[0])
    return user


def permissions(name: str, below: str) -> frozenset[str]:
    """What their keys allow where `below` is the type of the nearest node."""
    lineage = [*NODES][: [*NODES].index(below) + 1]
    return frozenset().union(*(ROLES[role] for role, node in PEOPLE[name] if node in lineage))


def expected(operation: Operation, name: str, below: str, token: bool) -> int:
    """The status; 299 where the view is reached."""
    if operation.permission == OPEN:
        return REACHED
    if not token and operation.method not in READS:
        return 403  # of no use without the token: the page that asks may be anybody's
    if operation.permission == OWN:
        return REACHED
    allowed = permissions(name, below)
    if operation.permission in allowed:
        return REACHED
    return 403 if Permission.VIEW in allowed else 404
