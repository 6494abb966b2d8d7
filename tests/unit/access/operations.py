"""All that can be asked of the application, as it says itself: its views, and places to ask at.

The application is the real one, told by its settings to include this module: where a view would
begin to act, after Pyramid has found it and its permission was checked, the answer is which view
it is (299), while `registry.telling` is set. So thousands of requests can be made to one tree,
and nothing in it changes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyramid.interfaces import IExceptionResponse
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from webob import Request

from mserve.views.html.forms import FILES
from tests.unit.support import form

REACHED = 299
OPEN = str(NO_PERMISSION_REQUIRED)


@dataclass(frozen=True)
class Operation:
    """A view of one class of contexts, with the predicates that choose it."""

    view: str
    context: type
    method: str
    permission: str | None
    door: str | None = None
    form: str | None = None
    asks: str | None = None
    query: str | None = None
    header: str | None = None
    route: str | None = None

    @property
    def told(self) -> str:
        context = getattr(self.context, "__name__", None)
        parts = (self.method, context, self.view, self.door, self.form, self.asks,
                 self.query, self.header)  # fmt: skip
        return " ".join(filter(None, parts))

    def request(self, path: str, headers: dict[str, str], **environ: str) -> Request:
        """The request that this view alone answers."""
        accept = {"html": "text/html", "json": "application/json"}.get(self.door or "")
        fields = {**headers, **({"Accept": accept} if accept else {})}
        if self.header is not None:
            fields |= [self.header.split(":", 1)]
        query = f"{self.asks}=zip" if self.asks else self.query
        asked = f"{path}?{query}" if query else path
        made = Request.blank(asked, method=self.method, headers=fields, environ=environ)
        if self.form == FILES:
            made.content_type = "multipart/form-data; boundary=XX"
            made.body = form(("name", b"x"))
        elif self.form is not None:
            made.content_type = "application/x-www-form-urlencoded"
            made.body = f"do={self.form}".encode()
        elif self.method in ("POST", "PUT", "PATCH"):
            made.content_type = "application/json"
            made.body = b"{}"
        return made


def name_of(view: Any) -> str:
    return f"{view.__module__}.{view.__name__}"


def tell(view: Any, info: Any) -> Any:
    """The view deriver: within the check of the permission, around all that the view does."""
    if info.exception_only:
        return view

    def told(context: Any, request: Any) -> Any:
        if not request.registry.telling:
            return view(context, request)
        return Response(name_of(info.original_view), status=REACHED)

    return told


def includeme(config: Any) -> None:
    config.registry.telling = False
    config.add_view_deriver(tell, name="tell", under="secured_view", over="owrapped_view")


def views(registry: Any) -> Iterator[tuple[Any, str | None]]:
    """What Pyramid's introspector says of each view that is none of an error, and its permission.

    None: the view says none, so that it has the default one.
    """
    for entry in registry.introspector.get_category("views"):
        view = entry["introspectable"]
        context = view["context"]
        error = view["exception_only"] or context is IExceptionResponse
        if error or (isinstance(context, type) and issubclass(context, Exception)):
            continue
        said = [each["value"] for each in entry["related"] if each.category_name == "permissions"]
        yield view, said[0] if said else None


def operations(registry: Any) -> list[Operation]:
    found = [
        Operation(
            view=name_of(view["callable"]), context=view["context"],
            method="".join(view["request_methods"] or ()), permission=permission,
            door=view.get("door"), form=view.get("form"), asks=view.get("asks"),
            query=view["request_param"], header=view["header"], route=view["route_name"],
        )
        for view, permission in views(registry)
    ]  # fmt: skip
    return sorted(found, key=lambda each: each.told)
