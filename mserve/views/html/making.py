"""Containers and services are made by forms, which show their keys once, and removed for good."""

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.response import Response

from mserve import ingest
from mserve.errors import BadDocument, BadInput, MserveError
from mserve.resources.container import Container
from mserve.resources.node import Node
from mserve.resources.roles import Permission
from mserve.resources.service import Service
from mserve.resources.site import Site
from mserve.views import key_json
from mserve.views.api import containers, site
from mserve.views.api.changes import amend
from mserve.views.html import moments
from mserve.views.html.editing import failed, start_over, typed
from mserve.views.html.forms import field, form
from mserve.views.html.listings import branch
from mserve.views.html.login import template
from mserve.views.urls import facet_url, url

TITLE = ("title", "description")


@form(context=Site, do="container", permission=Permission.ADD_CONTAINER)
def make_container(context: Site, request: Any) -> Response:
    """Makes a container, and shows its key."""
    try:
        made, keys = site.made(request, context, {"name": field(request, "name")})
        _entitle(request, made)
    except MserveError as fault:
        return _failed(context, request, fault)
    return _shown(request, made, keys)


@form(context=Container, do="service", permission=Permission.ADD_SERVICE)
def make_service(context: Container, request: Any) -> Response:
    """Makes a service, and shows its keys."""
    try:
        made, keys = containers.made(request, context, _asked(request))
        _entitle(request, made)
    except MserveError as fault:
        return _failed(context, request, fault)
    return _shown(request, made, keys)


def _asked(request: Any) -> dict[str, Any]:
    """The document that REST would be sent. Raises BadDocument."""
    zone, faults = typed(request, "zone", moments.USUAL), []
    asked: dict[str, Any] = {"name": field(request, "name"), "profile": field(request, "profile")}
    for name in ("start", "end"):
        try:
            asked[name] = moments.read(typed(request, name), zone)
        except BadInput as fault:
            faults.append((f"/{name}", str(fault)))
    if faults:
        raise BadDocument(faults)
    return asked


def _entitle(request: Any, node: Node) -> None:
    """Gives it the title and description of the form."""
    given = {name: typed(request, name).strip() for name in TITLE}
    metadata = {name: text for name, text in given.items() if text}
    if metadata:
        amend(request, node, {"metadata": metadata})


def _shown(request: Any, made: Node, keys: Any) -> Response:
    """The page that shows the keys, this once."""
    shown = [key_json.key(request, key, secret) for key, secret in keys]
    told = {"node": made, "keys": shown, "here": url(request, made),
            "properties": facet_url(request, made, "properties")}  # fmt: skip
    return render_to_response(template("made.jinja2"), told, request)


def _failed(context: Any, request: Any, fault: MserveError) -> Response:
    start_over(request)
    return failed(request, "branch.jinja2", fault, branch(context, request))


@form(context=Container, do="remove", permission=Permission.ADD_CONTAINER)
def remove_container(context: Container, request: Any) -> Response:
    """Removes it for good, once its name was typed."""
    return _remove(context, request)


@form(context=Service, do="remove", permission=Permission.ADD_SERVICE)
def remove_service(context: Service, request: Any) -> Response:
    """Removes it for good, once its name was typed."""
    return _remove(context, request)


def _remove(node: Any, request: Any) -> Response:
    if typed(request, "name") != node.__name__:
        raise BadInput(f"nothing was removed: type the name, {node.__name__}, to remove it")
    root = node is request.virtual_root
    onward = url(request, node if root else node.__parent__)
    ingest.remove(node, recursive=True)
    return HTTPSeeOther(onward)
