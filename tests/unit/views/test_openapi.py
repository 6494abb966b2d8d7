"""The OpenAPI document: whole, valid, the same for who knows nothing, and true to the answers."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate
from pyramid.interfaces import IExceptionResponse

from mserve.views import openapi, places
from mserve.views.declared import Declared
from mserve.views.header_parameters import TUS
from mserve.views.openapi_words import GROUPS
from mserve.views.schemas import SCHEMAS
from mserve.views.url_parameters import QUERY

FILES = "/demo/files"
ROOTS = [*places.NODES]
TUS_HEADERS = {"Tus-Resumable": "1.0.0", "Upload-Length": "5"}


@pytest.fixture
def declared(app: Any) -> list[Declared]:
    return list(app.app.registry.declared)


@pytest.fixture
def document(app: Any) -> Any:
    return app.get("/-/openapi.json").json


def views(app: Any) -> Iterator[tuple[Any, Any, Any, str]]:
    """All views but pages, forms, what is alike for all, and those of errors."""
    for entry in app.app.registry.introspector.get_category("views"):
        view = entry["introspectable"]
        context = view["context"]
        error = view["exception_only"] or context is IExceptionResponse
        error = error or (isinstance(context, type) and issubclass(context, Exception))
        if not error and view["route_name"] not in ("static", "robots", "language"):
            yield (
                view["callable"],
                context,
                view.get("door"),
                "".join(view["request_methods"] or ()),
            )


def test_each_view_is_declared_with_what_it_gives(app: Any, declared: list[Declared]) -> None:
    known = {(each.view, each.context, each.method) for each in declared}
    found = [*views(app)]
    assert len(found) > len(known)  # the pages
    for view, context, door, methods in found:
        page = view.__module__.startswith("mserve.views.html.") and door == "html"
        drive = view.__module__.startswith("mserve.dav.")
        assert (view, context, methods) in known or page or drive, view
    for each in declared:
        assert each.door.gives is not None, f"{each.name} does not say what it gives"


def test_each_view_says_what_it_does_in_a_sentence(declared: list[Declared]) -> None:
    for each in declared:
        assert re.match(r"[A-Z].*[.:]$", each.words[0]), each.name


def test_each_declaration_names_what_there_is(declared: list[Declared]) -> None:
    for each in declared:
        names = {*each.door.bodies, *(n for some in each.door.answers.values() for n in some)}
        assert names <= SCHEMAS.keys(), each.name
        assert {*each.door.query} <= QUERY.keys(), each.name
        assert {*each.door.headers} <= TUS.keys(), each.name


def test_each_declared_view_has_a_place(declared: list[Declared]) -> None:
    for each in declared:
        if each.context not in places.NOT_SHOWN:
            assert [*places.templates(each.context, "site")], f"{each.context} is in no table"


@pytest.mark.parametrize("root", ROOTS)
def test_the_document_is_valid_below_each_root(declared: list[Declared], root: str) -> None:
    made = openapi.document(declared, "1", root) | openapi.servers("https://a.example/k/x", root)
    validate(json.loads(json.dumps(made)))


def test_the_schemas_are_valid() -> None:
    for schema in SCHEMAS.values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_each_group_is_described(document: Any) -> None:
    assert {tag["name"] for tag in document["tags"]} <= GROUPS.keys()


def test_the_document_is_the_same_for_all(
    app: Any, admin: Any, stranger: Any, document: Any
) -> None:
    admin("PUT", f"{FILES}/hidden.txt", body=b"x")
    for client in (admin, stranger):
        assert client("GET", "/-/openapi.json").json == document
    assert "hidden" not in json.dumps(document)


def test_below_a_key_it_is_of_the_tree_as_the_key_sees_it(
    app: Any, customer: Any, made: Any
) -> None:
    own = app.get(f"/k/{customer.key}/-/openapi.json").json
    assert own["servers"][0]["url"].endswith(f"/k/{customer.key}")
    assert {"/", "/{path}", "/-/keys", "/{path}/-/content"} <= own["paths"].keys()
    assert not any("{container}" in path for path in own["paths"])
    assert own["security"] == [{}]
    customer("PUT", f"{FILES}/a", body=b"x")
    one = made("mfilereadonly", f"{FILES}/a")
    assert "/{path}" not in app.get(f"/k/{one.key}/-/openapi.json").json["paths"]


def test_a_key_that_is_none_learns_what_everybody_knows(app: Any, document: Any) -> None:
    other = app.get("/k/no-key-at-all/-/openapi.json")
    assert other.json["paths"] == document["paths"]


@pytest.mark.parametrize("place", ["openapi.json", "docs"])
def test_only_reading_it_is_possible(stranger: Any, place: str) -> None:
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        answer = stranger(method, f"/-/{place}")
        assert answer.status_int == 405
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert stranger("HEAD", f"/-/{place}").status_int == 200


def test_the_page_has_nothing_of_others_and_nothing_inline(app: Any, customer: Any) -> None:
    for start in ("", f"/k/{customer.key}"):
        page = app.get(f"{start}/-/docs")
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|style=|https?://", page.text)
        for address in re.findall(r'(?:src|href)="(/[^"]+)"', page.text):
            assert app.get(address).status_int == 200
            assert customer.key not in address


def test_answers_are_as_their_schemas_say(admin: Any, customer: Any, document: Any) -> None:
    """Each has all the fields of its schema, and none that it does not tell of."""
    conform = Conformance(document)
    container = admin.json("POST", "/", {"name": "c"})
    conform("MadeContainer", container)
    conform("MadeService", admin.json("POST", "/c/", {"name": "s"}))
    conform("Container", admin.json("PATCH", "/c/", {"metadata": {"title": "C"}}))
    conform("Service", admin.json("PATCH", "/c/s/", {"priority": True}))
    conform("Folder", customer.json("POST", f"{FILES}/", {"type": "folder", "name": "f"}))
    stored = conform("Stored", customer("PUT", f"{FILES}/f/a.txt", body=b"old"))
    conform("Stored", customer("PUT", f"{FILES}/f/a.txt", body=b"new"))
    conform("Mfile", customer("GET", f"{FILES}/f/a.txt/-/info"))
    conform("Mfile", customer.json("POST", f"{FILES}/f/a.txt/-/copy", {"name": "b.txt"}))
    conform("Versions", customer("GET", f"{FILES}/f/a.txt/-/versions"), "Version")
    conform("Nodes", customer("GET", f"{FILES}/f"), "Mfile")
    conform("Job", customer("GET", stored["job"]))
    conform("Job", customer.json("POST", f"{FILES}/f/a.txt/-/jobs", {"task": "mime"}))
    conform("Jobs", customer("GET", f"{FILES}/f/a.txt/-/jobs"), "Job")
    conform("Round", customer.json("POST", f"{FILES}/-/rounds", {"workflow": "ingest"}))
    conform("Rounds", customer("GET", f"{FILES}/-/rounds"), "Round")
    feed = {"task": "fetch", "arguments": {"url": "https://example.org/feed"}}
    conform("Job", customer.json("POST", f"{FILES}/-/jobs", feed))
    weekly = {"sets": [{"tasks": [feed]}], "schedule": {"cron": "0 3 * * sun"}}
    workflows = {"workflows": {"periodic": weekly}}
    conform("Profile", admin.json("PUT", f"{FILES}/-/profiles/default", workflows))
    conform("AllScheduled", admin("GET", f"{FILES}/-/schedules"), "Scheduled")
    conform("Tasks", admin("GET", "/-/tasks"), "Task")
    conform("Profile", admin("GET", f"{FILES}/-/profiles/default"))
    conform("Profiles", admin("GET", f"{FILES}/-/profiles"), "Profile")
    conform("Editions", admin("GET", f"{FILES}/-/profiles/default/versions"), "Edition")
    conform("Profile", admin("GET", f"{FILES}/-/profiles/default/versions/1"))
    ingest = f"{FILES}/-/profiles/transcode/workflows/ingest"
    conform("Workflow", admin("GET", ingest))
    conform("TaskSet", admin("GET", f"{ingest}/sets/1"))
    conform("TaskSpec", admin("GET", f"{ingest}/sets/1/tasks/0"))
    key = conform("MadeKey", customer.json("POST", f"{FILES}/-/keys", {"role": "renditions"}))
    conform("Key", customer("GET", f"{FILES}/-/keys/{key['id']}"))
    conform("Keys", customer("GET", f"{FILES}/-/keys"), "Key")
    conform("Figures", customer("GET", f"{FILES}/-/usage"), "Figure")
    conform("AuditEvents", admin("GET", f"{FILES}/-/audit"), "AuditEvent")
    conform("Health", customer("GET", "/-/health"))
    place = customer("POST", f"{FILES}/-/uploads", headers=TUS_HEADERS).headers["Location"]
    conform("Upload", customer("GET", place))
    work = [{"op": "move", "path": "f/b.txt", "name": "c.txt"}, {"op": "remove", "path": "no"}]
    conform("Results", customer.json("POST", f"{FILES}/-/batch", {"operations": work}))
    customer("DELETE", f"{FILES}/f?recursive=true")
    conform("TrashedNodes", customer("GET", f"{FILES}/-/trash"), "Trashed")
    conform("Problem", customer("GET", "/nothing"))
    conform("Problem", customer.json("POST", f"{FILES}/", {"type": "folder"}))


class Conformance:
    """Checks answers by the schemas of a document."""

    def __init__(self, document: Any) -> None:
        self.components = document["components"]

    def __call__(self, name: str, answer: Any, item: str | None = None) -> Any:
        self.check(name, answer.json)
        for each in answer.json["items"] if item else ():
            self.check(item or "", each)
        assert item is None or answer.json["items"], f"no {item} to look at"
        return answer.json

    def check(self, name: str, value: Any) -> None:
        schema = {
            "components": self.components,
            "$ref": f"#/components/schemas/{name}",
            "unevaluatedProperties": False,
        }
        checker = jsonschema.FormatChecker()
        jsonschema.Draft202012Validator(schema, format_checker=checker).validate(value)
