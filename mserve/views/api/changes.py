"""What is changed of a node by a document: its name and place, its metadata, a service's terms."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from mserve import ingest
from mserve.resources import audit, clock
from mserve.resources.audit import Action
from mserve.resources.container import Container
from mserve.resources.folder import Folder
from mserve.resources.mfile import Mfile
from mserve.resources.node import Node
from mserve.resources.roles import Permission
from mserve.resources.schedule import replan
from mserve.resources.service import Service
from mserve.views.api.containers import check_times, take_properties
from mserve.views.body import Fields, flag, mapping, text
from mserve.views.describing import describe, names
from mserve.views.patches import merged
from mserve.views.targets import target_folder

GIVEN = ("start", "end", "priority", "properties/quota")
"""Terms and properties of a service that its provider sets, not its own administrator."""


def amend(request: Any, context: Node, asked: Mapping[str, Any]) -> None:
    """Changes the node by the merge patch `asked`. Raises BadDocument, and what a move does."""
    fields = Fields(asked)
    name = fields.take("name", text, context.__name__)
    path = fields.take("parent", text)
    change = _read(request, context, fields, asked)
    fields.end()
    _apply(context, change)
    if isinstance(context, (Folder, Mfile)):
        context.site.changed(context, context.find("service"))
    if path is not None or name != context.__name__:
        ingest.move(context, target_folder(request, context, path), name)


class _Change(NamedTuple):
    """What of a node is to be other than it is. metadata: a merge patch; {} for `cleared`."""

    cleared: bool
    metadata: Mapping[str, Any] | None
    terms: dict[str, Any]
    properties: dict[str, Any]


def _read(request: Any, context: Node, fields: Fields, asked: Mapping[str, Any]) -> _Change:
    cleared = "metadata" in asked and asked["metadata"] is None
    metadata = fields.take("metadata", mapping, {} if cleared else None)
    if not isinstance(context, Service):
        return _Change(cleared, metadata, _taking(context, fields), {})
    terms = _terms(context, fields, asked, request)
    return _Change(cleared, metadata, terms, _properties(context, fields, request))


def _apply(context: Any, change: _Change) -> None:
    cleared, metadata, terms, properties = change
    before = {each: getattr(context, each) for each in terms} | _known(context, properties)
    if metadata is not None:
        describe(context, {} if cleared else merged(context.metadata, metadata))
    for term, value in terms.items():
        setattr(context, term, value)
    if terms and isinstance(context, Service):
        replan(context)
    if properties:
        context.set_properties(properties)
    context.touch()
    _note(context, before, terms | properties, metadata is not None)


def _properties(service: Service, fields: Fields, request: Any) -> dict[str, Any]:
    properties = take_properties(fields)
    _check_given(service, fields, request, [f"properties/{name}" for name in properties])
    return properties


def _check_given(service: Service, fields: Fields, request: Any, names: Iterable[str]) -> None:
    given = [name for name in names if name in GIVEN]
    if given and not request.has_permission(Permission.ADD_SERVICE, service):
        fields.faults += [(f"/{name}", "is the provider's to set") for name in given]


def _known(service: Any, properties: dict[str, Any]) -> dict[str, Any]:
    return {name: service.properties.get(name) for name in properties}


def _note(node: Node, before: dict[str, Any], after: dict[str, Any], metadata: bool) -> None:
    """Records what was changed, if anything was; of metadata the names alone."""
    if metadata:
        after = {**after, "metadata": names(node)}
    if after:
        audit.record(node, Action.CHANGE, before, after)


def _terms(
    service: Service, fields: Fields, asked: Mapping[str, Any], request: Any
) -> dict[str, Any]:
    """A service's start, end, priority; null takes a time away."""
    checks = {"start": clock.parse, "end": clock.parse, "priority": flag, "profile": text}
    terms = {name: fields.take(name, checks[name]) for name in checks if name in asked}
    _check_given(service, fields, request, terms)
    for name in ("priority", "profile"):
        if name in terms and terms[name] is None:
            del terms[name]
    if terms.get("profile", service.profile) not in service.profiles:
        fields.faults.append(("/profile", f"there are: {', '.join(service.profiles)}"))
    check_times(terms.get("start", service.start), terms.get("end", service.end))
    return terms


def _taking(node: Node, fields: Fields) -> dict[str, Any]:
    """Whether people may ask a container for services."""
    if not isinstance(node, Container):
        return {}
    return {"takes_requests": fields.take("takes_requests", flag, node.takes_requests)}
