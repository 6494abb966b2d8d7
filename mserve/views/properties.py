"""What is set of a service or container, as one document with an entity tag."""

from hashlib import sha256
from json import dumps
from typing import Any

from mserve.resources import clock
from mserve.resources.properties import PROPERTIES
from mserve.resources.service import Service

Json = dict[str, Any]


def document(node: Any) -> Json:
    """The name, the metadata, and what the type has of its own; times are RFC 3339."""
    common = {"name": node.__name__, "metadata": dict(node.metadata)}
    if not isinstance(node, Service):
        return {**common, "takes_requests": node.takes_requests}
    return {**common, **terms(node)}


def terms(service: Service) -> Json:
    """What is set of a service beside its name and metadata."""
    return {
        "start": clock.rfc3339(service.start),
        "end": clock.rfc3339(service.end),
        "priority": service.priority,
        "profile": service.profile,
        "properties": {name: service.property(name) for name in PROPERTIES},
    }


def tag(node: Any) -> str:
    """Changes with the document."""
    return sha256(dumps(document(node), sort_keys=True).encode()).hexdigest()[:16]
