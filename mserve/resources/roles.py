"""Permissions, and the one table of what each role may do."""

from enum import StrEnum


class Permission(StrEnum):
    """What can be asked of a node."""

    VIEW = "view"  # see that it is there: its name, facts, listing and jobs
    READ = "read"  # the content itself
    RENDITIONS = "renditions"  # thumbnail, poster, proxy
    USAGE = "usage"
    REPORT = "report"  # usage that a program has measured
    AUDIT = "audit"  # who did what, and what was refused
    ADD = "add"  # a new child
    WRITE = "write"  # replace content, rename, metadata
    REMOVE = "remove"
    PROCESS = "process"  # run a job by hand
    DELEGATE = "delegate"  # make and revoke sub-keys
    CONFIGURE = "configure"  # properties and profiles of a service
    ADMIN = "admin"  # keys made by others; working outside a service's times
    ADD_SERVICE = "add-service"
    ADD_CONTAINER = "add-container"


P = Permission
_LOOK = frozenset({P.VIEW, P.RENDITIONS})
_READ = _LOOK | {P.READ}
_CHANGE = _READ | {P.ADD, P.WRITE}
_OWN = _CHANGE | {P.REMOVE, P.PROCESS, P.DELEGATE}
_SERVICE = _OWN | {P.USAGE, P.REPORT, P.AUDIT, P.CONFIGURE, P.ADMIN}
_CONTAINER = _SERVICE | {P.ADD_SERVICE}

NOTHING: frozenset[Permission] = frozenset()
"""What a role allows that is not in the table."""

ROLES: dict[str, frozenset[Permission]] = {
    "siteadmin": frozenset(Permission),
    "containeradmin": _CONTAINER,
    "serviceadmin": _SERVICE,
    "servicecustomer": _OWN | {P.USAGE},
    "mfileowner": _OWN,
    "mfilereadwrite": _CHANGE,
    "mfilereadonly": _READ,
    "dropbox": frozenset({P.VIEW, P.ADD}),
    "auditor": frozenset({P.VIEW, P.USAGE, P.AUDIT}),
    "renditions": _LOOK,
}

OWN_ONLY = frozenset({"dropbox"})
"""Roles that show what came by the key itself and nothing else (resources/deposit.py)."""
