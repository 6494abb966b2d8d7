"""REST of containers: services are made here."""

from collections.abc import Callable, Mapping
from typing import Any

from mserve import provision
from mserve.errors import BadInput
from mserve.resources import audit, clock, defaults
from mserve.resources.audit import Action
from mserve.resources.container import Container
from mserve.resources.names import check_name
from mserve.resources.properties import check_property
from mserve.resources.roles import Permission
from mserve.resources.service import Service
from mserve.views.api.site import with_keys
from mserve.views.body import Fields, document, flag, mapping
from mserve.views.config import created, rest
from mserve.views.urls import url


@rest(context=Container, method="POST", permission=Permission.ADD_SERVICE,
      takes="NewService", gives={201: "MadeService"})  # fmt: skip
def add_service(context: Container, request: Any) -> Any:
    """A new service and its keys: `{"name", "start"?, "end"?, "priority"?, "properties"?}`."""
    service, keys = made(request, context, document(request))
    return created(request, with_keys(request, service, keys), url(request, service))


def made(
    request: Any, container: Container, asked: Mapping[str, Any]
) -> tuple[Service, provision.Keys]:
    """The service that is `asked` for. Raises BadDocument, BadInput, NameTaken."""
    fields = Fields(asked)
    name = fields.need("name", check_name)
    profile = fields.take("profile", known_profile(container), "default")
    terms = {**service_terms(fields), "profile": profile}
    properties = take_properties(fields)
    fields.end()
    check_times(terms["start"], terms["end"])
    service, keys = provision.make_service(container, name, request.registry.seal, **terms)
    service.set_properties(properties)
    if properties:
        audit.record(service, Action.CHANGE, after=properties)
    return service, keys


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


def beginnings(container: Container) -> list[str]:
    """The names of the profiles that a new service begins with."""
    return sorted({*defaults.profiles(), *container.profiles})


def known_profile(container: Container) -> Callable[[Any], str]:
    """A check that a value names a profile which a new service of `container` begins with."""
    known = beginnings(container)

    def check(value: Any) -> str:
        if value not in known:
            raise BadInput(f"a new service has the profiles {', '.join(known)}")
        return str(value)

    return check


def check_times(start: int | None, end: int | None) -> None:
    if start is not None and end is not None and end <= start:
        raise BadInput("the end should be after the start")
