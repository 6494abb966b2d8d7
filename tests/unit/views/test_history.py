"""A node's last transactions, and their undoing, on FileStorage, by itself and behind ZEO."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from webtest import TestApp
from ZODB import DB
from ZODB.MappingStorage import MappingStorage

from mserve import database, evolve, first_keys, ingest, main, undo
from mserve.check import Scope, check
from mserve.errors import Conflict
from mserve.indexing import index_changes
from mserve.resources.figure import NOTHING
from mserve.resources.site import Site
from mserve.settings import Settings
from tests.unit.conftest import Client
from tests.unit.support import Writer
from tests.unit.test_newest import serve

FILES = "/demo/files"


@pytest.fixture(params=["file", "zeo"])
def app(request: Any, lines: dict[str, str]) -> Iterator[TestApp]:
    """On FileStorage in the process, and behind `mserve zeo`."""
    server = None
    if request.param == "zeo":
        del lines["zodbconn.uri"]
        server = serve(Path(lines["mserve.data"]))
    evolve.ensure(Settings.parse(lines))
    wsgi = main({}, **lines)
    yield TestApp(wsgi)
    wsgi.registry._zodb_databases[""].close()
    if server:
        server.kill()
        server.wait()


@pytest.fixture
def settings(lines: dict[str, str], app: TestApp) -> Settings:
    return Settings.parse(lines)


@pytest.fixture
def admin(app: TestApp, settings: Settings) -> Client:
    """The administrator; the service of the demo does nothing with what comes."""
    admin = Client(app, (settings.data / first_keys.ADMIN_KEY).read_text().strip())
    for name in ("ingest", "update"):
        url = f"{FILES}/-/profiles/default/workflows/{name}"
        assert admin.json("PUT", url, {"sets": []}).status_int in (200, 201)
    return admin


@pytest.fixture
def clean(db: Any) -> Any:
    """`clean()`: all that `mserve check` finds."""
    return lambda: [str(each) for each in check(db, Scope(digests=True))]


def newest(client: Any, url: str = FILES) -> Any:
    return client("GET", f"{url}/-/history").json["items"][0]


def undone(client: Any, url: str = FILES) -> Any:
    """The answer to the undoing of the newest transaction."""
    return client.json("POST", newest(client, url)["url"], {"undo": True})


def names(client: Any, url: str = FILES) -> list[str]:
    return [each["name"] for each in client("GET", f"{url}/").json["items"]]


def figures(site: Any) -> list[Any]:
    """What is counted of the service and all above it, but for the extremes, which stay."""
    return [
        {name: sums for name, each in node.usage.figures.items()
         if (sums := each._replace(least=None, most=None)) != NOTHING}
        for node in site["demo"]["files"].lineage()
    ]  # fmt: skip


def facts(admin: Any) -> Any:
    """What there is to see, and what is counted of it; a transaction of its own changes no time."""
    listed = []
    for folder in (FILES, f"{FILES}/a", f"{FILES}/b"):
        answer = admin("GET", f"{folder}/")
        for each in answer.json["items"] if answer.status_int == 200 else ():
            listed.append((folder, each["name"], each["metadata"], each.get("sha256")))
    trash = [each["name"] for each in admin("GET", f"{FILES}/-/trash").json["items"]]
    db = admin.app.app.registry._zodb_databases[""]
    used = database.run(db, figures)
    return listed, trash, used, admin("GET", f"{FILES}/").json["total"]


ACTS: dict[str, Any] = {
    "rename": lambda c: c.json("PATCH", f"{FILES}/a/one", {"name": "two"}),
    "move": lambda c: c.json("PATCH", f"{FILES}/a/one", {"parent": "demo/files/b"}),
    "move a folder": lambda c: c.json("PATCH", f"{FILES}/a", {"parent": "demo/files/b"}),
    "metadata": lambda c: c.json("PATCH", f"{FILES}/a/one", {"metadata": {"x": 1}}),
    "replace": lambda c: c("PUT", f"{FILES}/a/one", body=b"other bytes"),
    "create": lambda c: c("PUT", f"{FILES}/a/new", body=b"new"),
    "create in new folders": lambda c: c("PUT", f"{FILES}/a/x/y/new", body=b"new"),
    "folder": lambda c: c.json("POST", f"{FILES}/", {"type": "folder", "name": "c"}),
    "copy": lambda c: c.json("POST", f"{FILES}/a/-/copy", {"name": "c"}),
    "remove": lambda c: c("DELETE", f"{FILES}/a/one"),
    "remove a folder": lambda c: c("DELETE", f"{FILES}/a"),
}


@pytest.fixture
def tree(admin: Any) -> Any:
    for path in ("a/one", "b/other"):
        assert admin("PUT", f"{FILES}/{path}", body=path.encode()).status_int == 201
    return admin


@pytest.mark.parametrize("act", ACTS)
def test_what_was_done_is_undone_and_done_again(
    tree: Any, db: Any, settings: Any, queues: Any, clean: Any, act: str
) -> None:
    before = facts(tree)
    assert ACTS[act](tree).status_int in (200, 201, 204)
    after = facts(tree)
    assert after != before
    index_changes(db, settings, queues)  # a scheduler has been there: the indexes have changed
    answer = undone(tree)
    assert answer.status_int == 200, answer.json
    assert facts(tree) == before
    assert clean() == []
    again = undone(tree)
    assert again.status_int == 200, again.json
    assert facts(tree) == after
    assert clean() == []


def test_bytes_come_back_and_those_of_a_copy_stay(tree: Any, clean: Any) -> None:
    tree("PUT", f"{FILES}/a/one", body=b"second")
    assert undone(tree).status_int == 200
    assert tree("GET", f"{FILES}/a/one/-/content").body == b"a/one"
    tree("PUT", f"{FILES}/new", body=b"shared")
    made = newest(tree)["url"]
    assert tree.json("POST", f"{FILES}/new/-/copy", {"name": "copied"}).status_int == 201
    assert tree.json("POST", made, {"undo": True}).status_int == 200
    assert names(tree) == ["a", "b", "copied"]
    assert tree("GET", f"{FILES}/copied/-/content").body == b"shared"
    assert clean() == []


LATER: dict[str, tuple[Any, Any]] = {
    "changed again": (ACTS["rename"], lambda c: c.json("PATCH", f"{FILES}/a/two", {"name": "3"})),
    "name taken": (ACTS["rename"], lambda c: c("PUT", f"{FILES}/a/one", body=b"taken")),
    "in a new folder": (ACTS["folder"], lambda c: c("PUT", f"{FILES}/c/file", body=b"1")),
    "new file changed": (ACTS["create"], lambda c: c("PUT", f"{FILES}/a/new", body=b"2")),
    "place removed": (ACTS["move"], lambda c: c("DELETE", f"{FILES}/b")),
    "origin removed": (ACTS["move"], lambda c: c("DELETE", f"{FILES}/a")),
    "taken back": (
        ACTS["remove"],
        lambda c: c("POST", c("GET", f"{FILES}/-/trash").json["items"][0]["url"]),
    ),
    "gone for good": (
        ACTS["remove"],
        lambda c: c("DELETE", c("GET", f"{FILES}/-/trash").json["items"][0]["url"]),
    ),
}


@pytest.mark.parametrize("name", LATER)
def test_what_later_changes_stand_on_stays(tree: Any, clean: Any, stored: Any, name: str) -> None:
    first, then = LATER[name]
    assert first(tree).status_int < 300
    url = newest(tree)["url"]
    assert then(tree).status_int < 300
    before = facts(tree), stored()
    answer = tree.json("POST", url, {"undo": True})
    assert answer.status_int == 409
    assert answer.json["detail"].startswith(("later changes stand on it", "what is at its place"))
    assert (facts(tree), stored()) == before
    assert clean() == []


def test_a_revoked_key_never_comes_back(tree: Any, made: Any, db: Any, clean: Any) -> None:
    key = made("mfilereadonly", by=tree)
    url = f"{FILES}/-/keys/{key.id}"
    for change in (
        lambda: None,  # it was made
        lambda: tree.json("PATCH", url, {"end": "2001-01-01T00:00:00Z"}),
        lambda: tree("DELETE", url),
    ):
        change()
        transactions = tree("GET", f"{FILES}/-/history").json["items"]
        assert "/-/keys" in transactions[0]["actions"][0]["path"]
        answer = undone(tree)
        assert (answer.status_int, "key" in answer.json["detail"]) == (409, True), answer.json
    assert key("GET", f"{FILES}/").status_int == 404
    assert clean() == []


def test_keys_that_went_with_what_held_them_stay_away(tree: Any, made: Any) -> None:
    assert tree.json("POST", "/demo/", {"name": "second"}).status_int == 201
    assert undone(tree, "/demo").status_int == 409
    key = made("mfilereadonly", "/demo/second/", by=tree)
    tree("DELETE", "/demo/second/?recursive=true")
    assert undone(tree, "/demo").status_int == 409
    assert key("GET", "/demo/second/").status_int == 404


def test_only_who_administers_all_that_it_changed_undoes_it(
    tree: Any, made: Any, db: Any, clean: Any
) -> None:
    """Uploads of several customers are stored in one transaction."""
    tree.json("POST", "/demo/", {"name": "second"})
    one = made("serviceadmin", FILES, by=tree)
    writer = Writer(db)
    for service in ("files", "second"):
        folder = writer.site["demo"][service]
        ingest.make_folder(folder, "made")
        writer.manager.get().note(f"key:abc POST /demo/{service}")
    writer.commit()
    writer.end()
    told = newest(one)
    assert [each["path"] for each in told["actions"]] == ["/"]
    assert told["others"] == 1
    answer = undone(one)
    assert answer.status_int == 403
    assert names(tree, "/demo/second") == ["made"]
    assert undone(tree).status_int == 200
    assert names(tree, "/demo/second") == []
    assert clean() == []


def test_administrators_alone_see_it(tree: Any, made: Any) -> None:
    url = newest(tree)["url"]
    for role in ("servicecustomer", "mfilereadwrite", "auditor"):
        key = made(role, FILES, by=tree)
        assert key("GET", f"{FILES}/-/history").status_int == 403
        assert key.json("POST", url, {"undo": True}).status_int == 403
    admin = made("serviceadmin", FILES, by=tree)
    assert admin("PUT", f"{FILES}/a/mine", body=b"1").status_int == 201
    told = newest(admin)
    action = {"actor": f"key:{admin.id}", "method": "PUT", "path": "/a/mine"}
    assert told["actions"] == [action]
    assert (told["others"], told["size"] > 100) == (0, True)
    assert admin("GET", told["url"]).json == told
    assert undone(admin).status_int == 200
    tree("PUT", "/demo/files/a/%0Akey:x%20PUT%20/demo", body=b"forged")
    assert len(newest(tree)["actions"]) == 1


def test_what_is_no_transaction_of_the_node_is_missing(tree: Any) -> None:
    for id in ("0" * 16, "x", "%C3%A9"):
        assert tree("GET", f"{FILES}/-/history/{id}").status_int == 404
    elsewhere = newest(tree, f"{FILES}/b/other")["id"]
    assert (
        tree.json("POST", f"{FILES}/a/one/-/history/{elsewhere}", {"undo": True}).status_int == 404
    )
    for wrong in ({}, {"undo": False}, {"undo": True, "x": 1}):
        assert tree.json("POST", newest(tree)["url"], wrong).status_int == 400


def test_what_was_packed_away_is_not_undone(tree: Any, db: Any) -> None:
    tree.json("PATCH", f"{FILES}/a/one", {"name": "two"})
    url = newest(tree, f"{FILES}/a/two")["url"]
    db.pack()
    answer = tree.json("POST", url, {"undo": True})
    assert answer.status_int == 409
    assert "packed" in answer.json["detail"]


def test_what_is_due_again_is_swept(tree: Any, see: Any, clean: Any) -> None:
    """A job that was cancelled, by mistake, goes on; one that waits is not taken away."""
    job = tree.json("POST", f"{FILES}/a/one/-/jobs", {"task": "checksum"}).json
    waits = undone(tree, f"{FILES}/a/one")
    assert (waits.status_int, "job" in waits.json["detail"]) == (409, True)
    due = see(lambda site: [*site.due])
    assert tree.json("POST", job["url"], {"action": "cancel"}).status_int == 200
    assert see(lambda site: [*site.due]) == []
    answer = undone(tree, f"{FILES}/a/one")
    assert answer.status_int == 200, answer.json
    assert tree("GET", job["url"]).json["state"] == "queued"
    assert see(lambda site: [*site.due]) == due
    assert clean() == []


def test_mserves_own_work_is_not_undone(tree: Any, db: Any) -> None:
    database.run(db, lambda site: site["demo"]["files"].touch())
    told = newest(tree)
    assert (told["actions"], told["others"]) == ([], 0)
    assert undone(tree).status_int == 409


def test_the_page_asks_before_it_undoes(tree: Any) -> None:
    tree.json("PATCH", f"{FILES}/a/one", {"name": "two"})
    page = tree("GET", f"{FILES}/a/-/history", headers={"Accept": "text/html"})
    assert "PATCH /one" in page.text
    form = page.forms[0]
    answer = tree.app.post(
        form.action,
        form.submit_fields(),
        headers={**tree.headers, "Accept": "text/html"},
    )
    assert answer.status_int == 303
    assert names(tree, f"{FILES}/a") == ["one"]
    again = tree.app.post(
        form.action,
        form.submit_fields(),
        headers={**tree.headers, "Accept": "text/html"},
        status=409,
    )
    assert "stand on it" in again.html.find(role="alert").text
    assert again.html.find("h1").text == "History" and "PATCH /one" in again.text
    assert names(tree, f"{FILES}/a") == ["one"]


def test_a_service_knows_what_was_done_deep_in_it_however_long_ago(
    tree: Any, monkeypatch: Any, settings: Settings, db: Any
) -> None:
    monkeypatch.setattr(undo.history, "LOOKED_AT", 1)
    tree("PUT", f"{FILES}/a/deep", body=b"x")
    assert tree.json("POST", "/demo/", {"name": "other"}).status_int == 201
    for name in "xyz":
        tree("PUT", f"/demo/other/{name}", body=b"x")
    told = tree("GET", f"{FILES}/-/history").json["items"]
    assert [each["path"] for each in told[0]["actions"]] == ["/a/deep"]
    monkeypatch.setattr(Site, "trace", lambda *arguments: None)
    tree("PUT", f"{FILES}/a/deeper", body=b"x")
    tree("PUT", "/demo/other/last", body=b"x")
    assert tree("GET", f"{FILES}/-/history").json["items"] == told, "it is by this that it knows"


def test_a_storage_without_history_says_so() -> None:
    db = DB(MappingStorage())
    database.run_root(db, lambda root: root.update({database.SITE: Site()}))
    with pytest.raises(Conflict, match="keeps no history"):
        database.run(db, undo.entries)
    db.close()


def test_what_was_recorded_stays_and_so_is_the_undoing(tree: Any) -> None:
    """Told from where the file was, which is gone with it."""
    tree("PUT", f"{FILES}/a/new", body=b"new")
    told = newest(tree, f"{FILES}/a/new")
    answer = undone(tree, f"{FILES}/a/new")
    assert (answer.status_int, answer.json) == (200, told)
    assert tree("GET", f"{FILES}/a/new").status_int == 404
    events = tree("GET", f"{FILES}/-/audit?deep=true").json["items"]
    assert [each["action"] for each in events[:2]] == ["undo", "create"]
