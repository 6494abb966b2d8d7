"""The OpenAPI 3.1 document, made of what the views declare with @rest.

The places are those below a root (views/places.py), so it is the whole interface for who comes
without a key in the path, else what there is below that key's node. It tells of mserve, not of what
is in the tree.
"""

import re
from collections.abc import Iterable
from typing import Any

from mserve.people import OWN
from mserve.resources.roles import ROLES, Permission
from mserve.views import answers, parameters, places
from mserve.views.declared import Declared
from mserve.views.openapi_words import ABOUT, GROUPS
from mserve.views.schemas import SCHEMAS

Json = dict[str, Any]
Operations = dict[tuple[str, str], list[tuple[Declared, str]]]
"""By template and method: the views, each with the type of the node that it is of."""

SCHEMES: Json = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "The key as Bearer token"},
    "basic": {"type": "http", "scheme": "basic", "description": "The key as password, any name"},
}


def document(declared: Iterable[Declared], version: str, root: str = "site") -> Json:
    """The document without its `servers`; `root`: the type of the node where URLs begin."""
    paths = _paths(_operations(declared, root))
    return {
        "openapi": "3.1.1",
        "info": {"title": "mserve", "version": version, "description": ABOUT},
        "tags": _tags(paths),
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "parameters": parameters.components(),
            "responses": answers.components(),
            "securitySchemes": SCHEMES,
        },
    }


def _operations(declared: Iterable[Declared], root: str) -> Operations:
    found: Operations = {}
    for view in declared:
        for template, of in places.templates(view.context, root):
            found.setdefault((template, view.method), []).append((view, of))
    return found


def _paths(operations: Operations) -> dict[str, Json]:
    paths: dict[str, Json] = {}
    for (template, method), views in sorted(operations.items(), key=lambda each: each[0][0]):
        path = paths.setdefault(template, _path(template))
        path[method.lower()] = _operation(method, template, views)
    return paths


def servers(base: str, root: str) -> Json:
    """Where the document's paths begin, and what shows the key there."""
    if root != "site" or base.rpartition("/k/")[1]:
        told = {"url": base, "description": "The key is in the path"}
        return {"servers": [told], "security": [{}]}
    words = "A key of the site; others find their own document at `/k/<key>/-/openapi.json`"
    key = {"default": "KEY", "description": words}
    return {
        "servers": [
            {"url": base or "/", "description": "The key comes with the request"},
            {"url": f"{base}/k/{{key}}", "variables": {"key": key}},
        ],
        "security": [{name: []} for name in SCHEMES],
    }


def _path(template: str) -> Json:
    found = parameters.of_path(template)
    return {"parameters": found} if found else {}


def _operation(method: str, template: str, found: list[tuple[Declared, str]]) -> Json:
    views = list(dict.fromkeys(view for view, _ in found))
    shown: Json = {
        "operationId": _id(method, template),
        "tags": list(dict.fromkeys(places.noun(view.context) for view in views)),
        **_words(views),
        "parameters": parameters.of_views(views),
        "requestBody": _body(views),
        "responses": answers.responses(views),
        "x-views": [_view(view) for view in views],
    }
    if all(view.open for view in views):
        shown["security"] = []
    return {name: value for name, value in shown.items() if value != [] or name == "security"
            if value is not None}  # fmt: skip


def _id(method: str, template: str) -> str:
    """`post_container_service_keys`: unique, and a name in any language."""
    return "_".join([method.lower(), *(re.findall(r"\w+", template) or ["root"])])


def _words(views: list[Declared]) -> Json:
    """Summary and description: a line of each view that gives something, where several do."""
    views = [view for view in views if view.door.answers] or views
    summary, rest = views[0].words
    told = dict.fromkeys(view.words for view in views)
    if len(told) > 1:
        rest = "\n".join(f"- {places.noun(v.context)}: {v.words[0]} {v.words[1]}".rstrip()
                         for v in views)  # fmt: skip
        summary = " / ".join(dict.fromkeys(words[0].rstrip(".") for words in told))
    needs = dict.fromkeys(_needs(view) for view in views)
    return {"summary": summary, "description": "\n\n".join(filter(None, (rest, *needs)))}


def _needs(view: Declared) -> str:
    if view.open:
        return "No key is needed."
    if view.permission == OWN:
        return "Needs somebody who has logged in: a session's cookie, and for changes its token."
    roles = [role for role, may in ROLES.items() if Permission(view.permission) in may]
    return f"Needs `{view.permission}`, which these roles have: {', '.join(roles)}."


def _view(view: Declared) -> Json:
    """What one of several views of an operation is: for tools that show the document."""
    permission = None if view.open else str(view.permission)
    return {"name": view.name, "of": places.noun(view.context), "permission": permission}


def _body(views: list[Declared]) -> Json | None:
    names = dict.fromkeys(name for view in views for name in view.door.bodies)
    if not names:
        return None
    needed = all(view.door.body_needed for view in views)
    return {"required": needed, "content": answers.content(names, answer=False)}


def _tags(paths: dict[str, Json]) -> list[Json]:
    used = {tag for path in paths.values() for each in path.values() if isinstance(each, dict)
            for tag in each["tags"]}  # fmt: skip
    named = [tag for tag in GROUPS if tag in used] + sorted(used - {*GROUPS})
    return [{"name": tag, "description": GROUPS.get(tag, tag)} for tag in named]
