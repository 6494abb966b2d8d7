"""A lock as JSON."""

from typing import Any

from defusedxml.ElementTree import fromstring

from mserve.resources import clock
from mserve.resources.lock import Held
from mserve.resources.lock_places import Locks
from mserve.views.asker import actor_of
from mserve.views.urls import facet_url, url


def lock(request: Any, node: Any, held: Held) -> dict[str, Any]:
    """The lock as it is seen at `node`; what it is on has no URL above the client's own root."""
    it, root = held.lock, held.root
    below = any(each is request.virtual_root for each in root.lineage())
    return {
        "id": it.id,
        "token": it.token,
        "url": facet_url(request, node, Locks.name, it.id),
        "node": url(request, root) if below else None,
        "type": root.type,
        "scope": it.scope,
        "depth": "infinity" if it.deep else "0",
        "owner": owner(it.owner),
        "actor": it.actor,
        "mine": it.actor == actor_of(request),
        "since": clock.rfc3339(it.since),
        "until": clock.rfc3339(it.expires),
    }


def owner(xml: str) -> str:
    """The text by which the client names who has it."""
    return " ".join("".join(fromstring(xml).itertext()).split()) if xml else ""
