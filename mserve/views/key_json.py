"""The JSON of a key."""

from typing import Any

from mserve.resources import clock, terms
from mserve.resources.key import Key
from mserve.views.json import Json
from mserve.views.urls import door_url, url


def key(request: Any, thing: Key, secret: str | None = None) -> Json:
    """A key; with its `secret` in the answer that makes it, and never again."""
    shown = {
        "id": thing.id,
        "label": thing.label,
        "role": thing.role,
        "node": url(request, thing.__parent__),
        "parent": None if thing.parent is None else thing.parent.id,
        "caveats": terms.show(thing.caveats),
        "permissions": sorted(thing.permissions()),
        "maker": thing.maker,
        "created": clock.rfc3339(thing.created),
        "used": clock.rfc3339(thing.used),
        "spent": thing.spent,
        "revoked": clock.rfc3339(thing.revoked),
        "works": thing.works(clock.now()),
        "former_end": None if thing.former is None else clock.rfc3339(thing.former.end),
    }
    if secret is not None:
        shown |= {"key": secret, "url": f"{door_url(request)}/k/{secret}/"}
    return shown
