"""@form: views of plain forms, which work without a script.

A small form (application/x-www-form-urlencoded) says in its field `do` what is to be done; one with
files (multipart/form-data) is an upload, and is left unread for the view to stream.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import venusian

from mserve.errors import BadInput, Refused
from mserve.resources.roles import Permission
from mserve.views.config import View, declare

LIMIT = 1 << 18  # bytes
FILES = "files"
OURS = ("same-origin", "none")


def form(
    *, context: type | tuple[type, ...], do: str, permission: Permission | str
) -> Callable[[View], View]:
    """Declares what a form that says `do` does at `context`; `files` is the upload."""

    def register(config: Any, view: View, each: type) -> None:
        config.add_view(
            view,
            context=each,
            request_method="POST",
            permission=permission,
            door="html",
            form=do,
            decorator=same_origin,
        )

    return declare(context, register)


def same_origin(view: View) -> View:
    """Refuses forms that a page of another site sends with a password the browser remembers."""

    def checked(context: Any, request: Any) -> Any:
        check_origin(request)
        return view(context, request)

    return checked


def check_origin(request: Any) -> None:
    """Raises Refused where a page of another site has sent the request."""
    if request.headers.get("Sec-Fetch-Site", "none") not in OURS:
        raise Refused("this was sent by a page of another site; nothing was done")


def fields(request: Any) -> dict[str, list[str]]:
    """The fields of a small form; none where the body is anything else. Raises BadInput."""
    if request.content_type != "application/x-www-form-urlencoded":
        return {}
    if (request.content_length or 0) > LIMIT:
        raise BadInput(f"a form without files may have at most {LIMIT} bytes")
    try:
        return parse_qs(request.body.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        raise BadInput("the form's fields should be UTF-8") from None


def field(request: Any, name: str) -> str:
    """The field `name`; raises BadInput where it is missing."""
    found = fields(request).get(name)
    if not found:
        raise BadInput(f"the form has no field {name!r}")
    return found[0]


def view_predicate(name: str) -> Callable[[type], type]:
    """Enters a class as the view predicate `name`, when its module is scanned."""

    def attach(predicate: type) -> type:
        def register(scanner: Any, _: str, found: type) -> None:
            scanner.config.add_view_predicate(name, found)

        venusian.attach(predicate, register, category="pyramid")
        return predicate

    return attach


@view_predicate("form")
class FormPredicate:
    """`form="rename"`: a form that says so; `form="files"`: one that brings files."""

    def __init__(self, do: str, info: Any) -> None:
        self.do = do

    def text(self) -> str:
        return f"form = {self.do}"

    phash = text

    def __call__(self, context: Any, request: Any) -> bool:
        if request.content_type == "multipart/form-data":
            return self.do == FILES
        return self.do in fields(request).get("do", ())
