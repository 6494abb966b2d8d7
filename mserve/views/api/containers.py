"""REST of containers: services are made here."""

from collections.abc import Callable
from typing import Any

from mserve import provision
from mserve.errors import BadInput
from mserve.resources import audit, clock, defaults
from mserve.resources.audit import Action
from mserve.resources.container import Container
from mserve.resources.names import check_name
from mserve.resources.properties import check_property
from mserve.resources.roles import Permission
from mserve.views.api.site import with_keys
from mserve.views.body import Fields, document, flag, mapping
from mserve.views.config import created, rest
from mserve.views.urls import url


@rest(context=Container, method="POST", permission=Permission.ADD_SERVICE,
      takes="NewService", gives={201: "MadeService"})  # fmt: skip
def add_service(context: Container, request: Any) -> Any:
    """A new service and its keys: `{"name", "start"?, "end"?, "priority"?, "properties"?}`."""
    fields = Fields(document(request))
    name = fields.need("name", check_name)
    profile = fields.take("profile", known_profile(context), "default")
    terms = {**service_terms(fields), "profile": profile}
    properties = take_properties(fields)
    fields.end()
    check_times(terms["start"], terms["end"])
    service, keys = provision.make_service(context, name, request.registry.seal, **terms)
    service.set_properties(properties)
    if properties:
        audit.record(service, Action.CHANGE, after=properties)
    return created(request, with_keys(request, service, keys), url(request, service))


def service_terms(fields: Fields) -> dict[str, Any]:
    """What a provider sets of a service, from JSON."""
    return {
        "start": fields.take("start", clock.parse),
        "end": fields.take("end", clock.parse),
        "priority": fields.take("priority", flag, False),
    }


def take_properties(fields: Fields) -> dict[str, Any]:
    """The checked properties in the field `properties`, a merge patch."""
    found = {}
    for name, value in (fields.take("properties", mapping) or {}).items():
        try:
            found[name] = check_property(name, value)
        except BadInput as fault:
            fields.faults.append((f"/properties/{name}", str(fault)))
    return found


def known_profile(container: Container) -> Callable[[Any], str]:
    """A check that a value names a profile which a new service of `container` begins with."""
    known = sorted({*defaults.profiles(), *container.profiles})

    def check(value: Any) -> str:
        if value not in known:
            raise BadInput(f"a new service has the profiles {', '.join(known)}")
        return str(value)

    return check


def check_times(start: int | None, end: int | None) -> None:
    if start is not None and end is not None and end <= start:
        raise BadInput("the end should be after the start")
