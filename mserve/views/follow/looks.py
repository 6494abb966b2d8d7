"""Looks: the tree as a client may see it by now, long after its request began.

Each is a short transaction in which the key is looked up again, so one that was revoked sees
nothing any more. A process does one look at a time, or all who wait would want to at once.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pyramid.httpexceptions import HTTPNotFound

from mserve.resources.roles import Permission
from mserve.turn import ATTEND
from mserve.views.content.walk import reading
from mserve.views.express.asked import Asked
from mserve.views.traversal import virtual_root

T = TypeVar("T")
Environ = dict[str, Any]


def kept(environ: Mapping[str, Any]) -> Environ:
    """What of a request's environ is needed to ask again, and holds nothing of the tree.

    Accept is left out: what is asked for again is JSON.
    """
    found = {name: value for name, value in environ.items() if isinstance(value, str)}
    found.pop("HTTP_ACCEPT", None)
    if ATTEND in environ:
        found[ATTEND] = environ[ATTEND]
    return found


class Looks:
    """Those of one application."""

    def __init__(self, registry: Any) -> None:
        self.registry = registry
        self._lock = threading.Lock()

    def look(
        self,
        environ: Environ,
        id: str,
        function: Callable[[Asked, Any], T],
        permission: Permission = Permission.VIEW,
    ) -> T | None:
        """What function(asked, thing) returns of the job or node of that id.

        None where it is not there, or the key has not that permission.
        """
        registry = self.registry
        with self._lock, reading(registry._zodb_databases[""]) as site:
            asked = Asked(environ, registry, site, registry.mserve_policy)
            thing = site.ids.get(id)
            if thing is None or not self._may(asked, thing, permission):
                return None
            return function(asked, thing)

    def _may(self, asked: Asked, thing: Any, permission: Permission) -> bool:
        try:
            asked.virtual_root = virtual_root(asked, asked.site)
        except HTTPNotFound:
            return False
        return bool(asked.policy.permits(asked, thing, permission))
