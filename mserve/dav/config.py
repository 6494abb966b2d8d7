"""How views of WebDAV are declared: `@dav` says context, method and permission, as `@rest` does.

They lie on a route of their own, so that no view of REST answers below `/dav`.
"""

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator

from mserve.resources.roles import Permission
from mserve.views.config import View, declare
from mserve.views.drives import DAV

ROUTE = "dav"
PARTIAL = "sabredav-partialupdate"
"""What a server says that takes parts of a file by PATCH (https://sabre.io/dav/http-patch/)."""


def dav(
    *, context: type | tuple[type, ...], method: str, permission: Permission | str
) -> Callable[[View], View]:
    """Declares a view that returns a Response."""

    def register(config: Configurator, view: View, each: type) -> None:
        config.registry.dav_methods.append((each, method))
        config.add_view(
            view, context=each, request_method=method, permission=permission, route_name=ROUTE
        )

    return declare(context, register)


def methods_of(registry: Any, context: Any) -> list[str]:
    """The methods that `context` answers, for Allow (RFC 9110, 10.2.1)."""
    found = {method for kind, method in registry.dav_methods if isinstance(context, kind)}
    return sorted(found | ({"HEAD"} if "GET" in found else set()))


def every_method(registry: Any) -> list[str]:
    """For who may not know what is there."""
    return sorted({method for _, method in registry.dav_methods} | {"HEAD"})


def level(registry: Any) -> str:
    """The compliance classes of RFC 4918, 18, and what else the drive can do."""
    locks = any(method == "LOCK" for _, method in registry.dav_methods)
    return f"{'1, 2, 3' if locks else '1, 3'}, {PARTIAL}"


class BelowDavPredicate:
    """`below_dav=True`: the request came by this door."""

    def __init__(self, wanted: bool, info: Any) -> None:
        self.wanted = wanted

    def text(self) -> str:
        return f"below_dav = {self.wanted}"

    phash = text

    def __call__(self, info: Any, request: Any) -> bool:
        return (DAV in request.environ) == self.wanted


def includeme(config: Configurator) -> None:
    config.registry.dav_methods = []
    config.add_route_predicate("below_dav", BelowDavPredicate)
    config.add_route(ROUTE, "/*path", below_dav=True)
