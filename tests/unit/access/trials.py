"""Chains of keys that hold one caveat, and the rule of what they allow, said once more and plainly.

Nothing here asks mserve's own judgement: a chain's permissions are looked up in the roles table,
and whether a caveat is met is known as it is made.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from argon2 import PasswordHasher

from mserve.dav.config import ROUTE
from mserve.resources.caveats import NONE, Caveats
from mserve.resources.roles import OWN_ONLY, ROLES, Permission
from tests.unit.access.operations import OPEN, Operation
from tests.unit.access.places import NODES, UPLOADS

HOUR = 3600 * 10**6  # µs
NOW = time.time_ns() // 1000
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "open sesame"
INSIDE, OUTSIDE = "192.0.2.7", "198.51.100.7"
KEPT = QUICK.hash(PASSWORD)

Ids = dict[str, str]
AT_TOP = {"Uploads", "Receipts"}
"""Facets of the node of a key that shows its own uploads alone, which it finds there."""
ANYWHERE = {"Absent", *UPLOADS}
"""Places where nothing is yet, which such a key finds wherever it asks."""
CREATES: dict[tuple[str, str | None], str] = {
    ("PUT", None): "mserve.views.api.files.create",
    ("PUT", ROUTE): "mserve.dav.storing.create",
    ("LOCK", ROUTE): "mserve.dav.locks.lock_new",
}
"""By method and route, the views that make something where nothing is."""


@dataclass(frozen=True)
class Trial:
    """A kind of caveat. `met`: whether the request does what it wants; `place`: where it stands.

    place: `own`, on the key itself; `parent`, on the key that it was made from; `appended` to it
    offline.
    """

    kind: str
    met: bool
    place: str
    make: Callable[[Operation, Ids], Caveats]
    address: str = INSIDE
    password: str | None = None

    @property
    def unknown(self) -> bool:
        """Whether it is by a key that is none any more."""
        return self.kind == "revoked" and not self.met

    @property
    def told(self) -> str:
        return f"{self.kind}, {'met' if self.met else 'not met'}, {self.place}"


def _all_but(permission: str | None) -> frozenset[Permission]:
    return frozenset(Permission) - {permission or ""}


def _some(operation: Operation) -> frozenset[Permission]:
    return frozenset({Permission.VIEW} | ({operation.permission} & {*Permission}))


CIDR = ("2001:db8::/32", "192.0.2.0/24")
KINDS: dict[
    str, tuple[Callable[[Operation, Ids], Caveats], Callable[[Operation, Ids], Caveats]]
] = {
    "permissions": (
        lambda operation, ids: Caveats(permissions=_some(operation)),
        lambda operation, ids: Caveats(permissions=_all_but(operation.permission)),
    ),
    "node": (
        lambda operation, ids: Caveats(node=ids["site"]),
        lambda operation, ids: Caveats(node="0" * 32),
    ),
    "start": (
        lambda operation, ids: Caveats(start=NOW - HOUR),
        lambda operation, ids: Caveats(start=NOW + HOUR),
    ),
    "end": (
        lambda operation, ids: Caveats(end=NOW + HOUR),
        lambda operation, ids: Caveats(end=NOW - HOUR),
    ),
    "methods": (
        lambda operation, ids: Caveats(methods=frozenset({operation.method, "LOCK"})),
        lambda operation, ids: Caveats(methods=frozenset({"UNLOCK", "MKCOL"} - {operation.method})),
    ),
    "networks": (
        lambda operation, ids: Caveats(networks=CIDR),
        lambda operation, ids: Caveats(networks=CIDR),
    ),
    "password": (
        lambda operation, ids: Caveats(password=KEPT),
        lambda operation, ids: Caveats(password=KEPT),
    ),
    "revoked": (lambda operation, ids: NONE, lambda operation, ids: NONE),
}
"""For each kind a caveat that the request meets, and one that it does not."""
NOT_APPENDED = {"password", "revoked"}


def _trials() -> Iterator[Trial]:
    for kind, makers in KINDS.items():
        for place in ("own", "parent", "appended"):
            for met, make in zip((True, False), makers, strict=True):
                if kind in NOT_APPENDED and place == "appended":
                    continue
                address = OUTSIDE if kind == "networks" and not met else INSIDE
                password = PASSWORD if kind == "password" and met else None
                yield Trial(kind, met, place, make, address, password)


PLAIN = Trial("nothing", True, "own", lambda operation, ids: NONE)
TRIALS = [*_trials()]


@dataclass(frozen=True)
class Case:
    """One request: an operation at a place, by a key of a role on a node with a caveat."""

    operation: Operation
    url: str
    below: str  # the type of the nearest node of the URL
    role: str
    node: str  # the type of the node that the key is on
    trial: Trial = field(default=PLAIN)

    @property
    def told(self) -> str:
        return f"{self.operation.told} {self.url} by {self.role} of {self.node}: {self.trial.told}"

    def caveats(self, ids: Ids) -> Caveats:
        return self.trial.make(self.operation, ids)

    @property
    def hidden(self) -> bool:
        """Whether there is nothing for the key, as it shows its own uploads alone."""
        alone = self.role in OWN_ONLY and self.operation.context.__name__ not in ANYWHERE
        return alone and self.below not in ("site", self.node)

    @property
    def shown(self) -> bool:
        """Whether the key, which has uploaded nothing, shows what is here, or that nothing is."""
        if self.role not in OWN_ONLY:
            return True
        kind = self.operation.context.__name__
        here = kind in AT_TOP or self.url == NODES[self.below] != NODES["mfile"]
        return self.node != "mfile" and (kind in ANYWHERE or (self.below == self.node and here))

    @property
    def view(self) -> str:
        """The view that is reached; to what makes something, what is hidden is free."""
        return (self.creates if self.hidden else None) or self.operation.view

    @property
    def creates(self) -> str | None:
        return CREATES.get((self.operation.method, self.operation.route))

    @property
    def permission(self) -> str:
        """What it asks for; nobody may anything else than to put where nothing is."""
        if not self.hidden:
            return self.operation.permission or ""
        return Permission.ADD if self.creates else ""

    def may(self, permission: str, ids: Ids) -> bool:
        """Whether role, node, and those caveats that are about them allow it here."""
        caveats, types = self.caveats(ids), [*NODES]
        lineage = types[: types.index(self.below) + (0 if self.hidden else 1)]
        allowed = ROLES[self.role]
        if caveats.permissions is not None:
            allowed = allowed & caveats.permissions
        if self.trial.place == "appended":
            allowed = allowed - {Permission.DELEGATE}
        here = self.node in lineage and caveats.node in (None, *(ids[each] for each in lineage))
        shown = self.node != "mfile" if self.hidden else self.shown
        return here and shown and permission in allowed

    def expected(self, ids: Ids, in_path: bool) -> int:
        """The status; 299 where the view is reached."""
        trial = self.trial
        if self.operation.permission == OPEN:
            return 299
        if trial.unknown:
            return 404
        about_rights = trial.kind in ("permissions", "node", "nothing", "revoked")
        met = trial.met or about_rights
        known = self.may(Permission.VIEW, ids)
        if self.may(self.permission, ids):
            return 299 if met else 401 if in_path and trial.kind == "password" else 403
        if not known:
            return 404
        if met and self.hidden and not self.creates:
            return 404
        return 401 if not met and in_path and trial.kind == "password" else 403
