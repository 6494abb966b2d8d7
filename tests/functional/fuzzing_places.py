"""What Schemathesis is told of operations: which have things of their own, and what they answer."""

from collections.abc import Iterator
from typing import Any

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OFF = ("ignored_auth", "positive_data_acceptance")
"""Who has no key learns nothing, so gets 404, not 401. And a schema can't tell which names are
free, which roles a key may give away, or which times are in the future."""
REFUSED = [400, 401, 403, 404, 405, 406, 409, 411, 412, 413, 415, 422, 429, 460]
BOTH = {
    "service": [
        "GET /{path}",
        *(f"POST {way}/-/uploads/{{upload}}" for way in ("", "/{path}")),
        *(f"POST {way}/-/batch" for way in ("", "/{path}")),
    ]
}
BOTH["site"] = [each.replace(" ", " /{container}/{service}") for each in BOTH["service"]]
OF_FOLDERS = ("batch", "search", "uploads", "receipts", "webdav", "statement", "statement/entries")
FILES = ["other.txt", "new.txt", "new/deep.txt"]
DOOMED = {"container": "doomed", "service": "doomed"}

Place = tuple[str, str, dict[str, Any]]
"""A path, a method (or all, where it is empty), and what its parameters are."""


def config(ids: dict[str, Any], root: str) -> dict[str, Any]:
    """Schemathesis' settings for the document of that root: `site`, or `service`."""
    lists = {"files": FILES, "trash": ids["trashed"]}
    lists |= {name: ids[name] for name in ("uploads", "pieces", "rounds")}
    return {
        "hooks": "tests.functional.fuzzing",
        "dictionaries": {name: {"values": values} for name, values in lists.items()},
        "parameters": parameters(ids),
        "checks": {
            **{name: {"enabled": False} for name in OFF},
            "negative_data_rejection": {"expected-statuses": REFUSED},
        },
        "operations": [operation(*each) for each in places(ids, root)] + [*map(mixed, BOTH[root])],
    }


def parameters(ids: dict[str, Any]) -> dict[str, Any]:
    """Of all operations that have no others."""
    known = {"container": "demo", "service": "files", "path": "photos/cat.png", "version": 1}
    known |= {"profile": "default", "workflow": "ingest", "set": 0, "task": 0, "answer": "0-0-1"}
    known |= {name: ids[name] for name in ("job", "output", "user")} | {"object": f"{1:016x}"}
    names = {"trashed": "trash", "upload": "uploads", "round": "rounds"}
    return {
        **{f"path.{name}": value for name, value in known.items()},
        **{f"path.{name}": {"dictionary": each} for name, each in names.items()},
        "query.wait": 1,
    }


def places(ids: dict[str, Any], root: str) -> Iterator[Place]:
    """Those with things of their own."""
    way = "/{container}/{service}" if root == "site" else ""
    yield from of_files(f"{way}/{{path}}")
    if root == "site":
        yield from of_what_is_removed()
    for node, place in (("site", ""), ("container", "/{container}"), ("service", way)):
        if root in ("site", node):
            yield from of_key(place, ids["keys"][node])
    yield from of_key(f"{way}/{{path}}", ids["keys"]["path"])


def of_files(place: str) -> Iterator[Place]:
    yield place, "PUT", {"path": {"dictionary": "files"}}
    yield f"{place}/-/content", "PUT", {"path": "other.txt"}
    yield place, "POST", {"path": "photos"}
    for method in ("PATCH", "DELETE"):
        yield place, method, {"path": "doomed.txt"}
    for facet in OF_FOLDERS:
        yield f"{place}/-/{facet}", "", {"path": "photos"}
    upload = {"path": "photos", "upload": {"dictionary": "pieces"}}
    yield f"{place}/-/uploads/{{upload}}", "", upload


def of_what_is_removed() -> Iterator[Place]:
    """And made again; so it has no first version any more."""
    for place in ("/{container}/", "/{container}/{service}/"):
        for method in ("PATCH", "DELETE"):
            yield place, method, DOOMED
        for facet in ("quotas", "properties"):
            yield f"{place}-/{facet}", "PATCH", DOOMED
    yield "/{container}/-/profiles/{profile}", "DELETE", {"profile": "doomed"}


def of_key(place: str, key: str) -> Iterator[Place]:
    for below in ("", "/usage", "/statement", "/statement/entries"):
        yield f"{place}/-/keys/{{key}}{below}", "", {"key": key}


def mixed(name: str) -> dict[str, Any]:
    """Operations that do one of several things, or several things, each refused on its own."""
    checks = {"negative_data_rejection": {"enabled": False}}
    return {"include-name": name, "checks": checks}


def operation(path: str, method: str, values: dict[str, Any]) -> dict[str, Any]:
    named = {f"path.{name}": value for name, value in values.items() if f"{{{name}}}" in path}
    names = [f"{each} {path}" for each in ([method] if method else METHODS)]
    return {"include-name": names, "parameters": named}
