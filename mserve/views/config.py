"""How views are declared: @rest and @page say all about a view's door at the view itself.

`@rest(context=Folder, method="POST", permission=Permission.ADD, takes="NewFolder",
gives={201: "Folder"})` answers JSON or bytes, and makes, with the docstring, its entry in the
OpenAPI document (views/openapi.py); `@page` answers a client that asks for text/html. A view
without a permission is refused to everybody.
"""

from collections.abc import Callable, Iterable
from typing import Any

import venusian
from pyramid.config import Configurator
from pyramid.response import Response

from mserve.resources.roles import Permission
from mserve.views.declared import Answers, Declared, Door, Names

View = Callable[[Any, Any], Any]
NOBODY = "nobody"
"""The default permission, which no role has: a view that forgot its own fails closed."""


def declare(
    context: type | tuple[type, ...], register: Callable[[Configurator, View, type], None]
) -> Callable[[View], View]:
    """A decorator that has `register` enter the view for each context, when it is scanned."""
    contexts = context if isinstance(context, tuple) else (context,)

    def attach(view: View) -> View:
        def scanned(scanner: Any, name: str, found: View) -> None:
            for each in contexts:
                register(scanner.config, found, each)

        venusian.attach(view, scanned, category="pyramid")
        return view

    return attach


def rest(
    *,
    context: type | tuple[type, ...],
    method: str,
    permission: Permission | str,
    takes: Names = (),
    gives: Answers | None = None,
    query: tuple[str, ...] = (),
    headers: tuple[str, ...] = (),
    errors: tuple[int, ...] = (),
    **predicates: Any,
) -> Callable[[View], View]:
    """Declares a view of the machines' door. What it returns is a Response, or becomes JSON.

    takes, gives, query, headers, errors: as in Door.
    """
    door = Door(takes, gives, query, headers, errors)

    def register(config: Configurator, view: View, each: type) -> None:
        config.add_rest_view(Declared(view, each, method, permission, door), **predicates)

    return declare(context, register)


def page(
    *, context: type | tuple[type, ...], permission: Permission | str, template: str
) -> Callable[[View], View]:
    """Declares a page for people: GET of `context` by a client that asks for text/html."""

    def register(config: Configurator, view: View, each: type) -> None:
        config.add_view(
            view,
            context=each,
            request_method="GET",
            permission=permission,
            door="html",
            renderer=f"mserve.views:templates/{template}",
        )

    return declare(context, register)


class DoorPredicate:
    """`door="html"`: the view serves clients that ask for this."""

    def __init__(self, door: str, info: Any) -> None:
        self.door = door

    def text(self) -> str:
        return f"door = {self.door}"

    phash = text

    def __call__(self, context: Any, request: Any) -> bool:
        return bool(request.door == self.door)


class AsksPredicate:
    """`asks="unpack"`: the query has this parameter. Unlike `request_param`, it reads no body."""

    def __init__(self, name: str, info: Any) -> None:
        self.name = name

    def text(self) -> str:
        return f"asks = {self.name}"

    phash = text

    def __call__(self, context: Any, request: Any) -> bool:
        return self.name in request.GET


def add_rest_view(config: Configurator, declared: Declared, **predicates: Any) -> None:
    """Directive: a view of the machines' door, entered in the table of what is declared."""
    config.registry.declared.append(declared)
    config.add_view(
        declared.view,
        context=declared.context,
        request_method=declared.method,
        permission=declared.permission,
        renderer="json",
        **predicates,
    )


def methods_of(registry: Any, context: Any) -> Iterable[str]:
    """The methods that `context` answers, for Allow (RFC 9110, 10.2.1)."""
    found = {each.method for each in registry.declared if isinstance(context, each.context)}
    found.add("OPTIONS")
    return sorted(found | ({"HEAD"} if "GET" in found else set()))


def created(request: Any, document: dict[str, Any], location: str) -> dict[str, Any]:
    """Answers 201 with `document` and its Location."""
    request.response.status_int = 201
    request.response.location = location
    return document


def no_content() -> Response:
    return Response(status=204)


def includeme(config: Configurator) -> None:
    config.registry.declared = []
    config.add_directive("add_rest_view", add_rest_view)
    config.add_view_predicate("door", DoorPredicate)
    config.add_view_predicate("asks", AsksPredicate)
    config.set_default_permission(NOBODY)
