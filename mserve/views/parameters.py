"""The parameters of the OpenAPI document: in paths, queries and headers."""

from collections.abc import Iterable
from typing import Any

from mserve.views.declared import Declared
from mserve.views.header_parameters import DIGESTS, NEEDED, READS, TUS, WRITES
from mserve.views.media_types import STREAMED
from mserve.views.schema_words import TEXT, Schema
from mserve.views.url_parameters import PATH, QUERY

Json = dict[str, Any]


def of_path(template: str) -> list[Json]:
    """References to the parameters in a template."""
    names = [part.partition("}")[0] for part in template.split("{")[1:]]
    return [_reference(name) for name in names]


def of_views(views: Iterable[Declared]) -> list[Json]:
    """References to the query's and headers' parameters of the views of one operation."""
    names = {f"query-{name}": None for view in views for name in view.door.query}
    for view in views:
        names |= dict.fromkeys(f"tus-{name}" for name in view.door.headers)
        names |= {f"{kind}-{name}": None for kind, headers in _headers(view) for name in headers}
    return [_reference(name) for name in names]


def _reference(name: str) -> Json:
    return {"$ref": f"#/components/parameters/{_component(name)}"}


def _component(name: str) -> str:
    """`query-size-from` for `query-size>`: names of components hold no `>`."""
    return name.replace(">", "-from").replace("<", "-to")


def _headers(view: Declared) -> Iterable[tuple[str, dict[str, str]]]:
    if view.method == "GET" and "Bytes" in view.door.answers.get(200, ()):
        yield "read", READS
    elif view.tagged:
        yield "read", {name: READS[name] for name in ("If-Match", "If-None-Match")}
    if view.method not in ("GET", "OPTIONS"):
        yield "write", WRITES
    if STREAMED & {*view.door.bodies}:
        yield "bytes", {each: DIGESTS[each] for each in DIGESTS if each not in view.door.headers}


def components() -> dict[str, Json]:
    """All parameters by the name that references use."""
    found = {name: _one("path", name, *each, required=True) for name, each in PATH.items()}
    found |= {f"query-{name}": _one("query", name, *each) for name, each in QUERY.items()}
    found |= {f"tus-{name}": _one("header", name, *each, required=name in NEEDED)
              for name, each in TUS.items()}  # fmt: skip
    for kind, headers in (("read", READS), ("write", WRITES), ("bytes", DIGESTS)):
        found |= {f"{kind}-{name}": _one("header", name, TEXT, w) for name, w in headers.items()}
    return {_component(name): each for name, each in found.items()}


def _one(place: str, name: str, schema: Schema, words: str, **more: Any) -> Json:
    shown = {"name": name, "in": place, "schema": schema, **more}
    return {**shown, "description": words} if words else shown
