"""Whatever view changes something records it: a new one without a scene or an event fails here."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from webtest import TestApp

from mserve import evolve, main
from mserve.settings import Settings
from tests.unit.conftest import Client
from tests.unit.tasks.support import RedisServer
from tests.unit.views.audited import FILES, NOTHING, SCENES, SETS, World
from tests.unit.views.test_provenance import Work, made_of

PEOPLE = tuple(
    f"mserve.resources.{each}"
    for each in ("people_places", "user_places", "login_places", "service_request")
)
"""What people do in their accounts is in tests/unit/people/test_events.py."""
READS = {"GET", "HEAD", "OPTIONS"}


def changing(app: Any) -> Iterator[str]:
    """Each view of a changing method, and each form."""
    for each in app.app.registry.declared:
        if each.method not in READS and each.context.__module__ not in PEOPLE:
            yield f"{each.name} {each.context.__name__}"
    for entry in app.app.registry.introspector.get_category("views"):
        view = entry["introspectable"]
        posts = view.get("door") == "html" and "POST" in (view["request_methods"] or ())
        if posts and view["context"].__module__ not in PEOPLE:
            yield f"{view['callable'].__name__} {view['context'].__name__}"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, redis_process: RedisServer) -> Iterator[TestApp]:
    """One for all: no scene minds what others have left."""
    data = tmp_path_factory.mktemp("audited")
    if not redis_process.runs:  # a test of another file has stopped it
        redis_process.start(fresh=True)
    lines = {
        "mserve.data": str(data),
        "zodbconn.uri": f"file://{data}/Data.fs?blobstorage_dir={data}/blobs",
        "mserve.redis": redis_process.url,
        "mserve.demo": "true",
    }
    evolve.ensure(Settings.parse(lines))
    wsgi = main({}, **lines)
    yield TestApp(wsgi)
    wsgi.registry._zodb_databases[""].close()


@pytest.fixture(scope="module")
def world(app: TestApp) -> World:
    data = app.app.registry.mserve.data
    admin = Client(app, (data / "admin.key").read_text().strip())
    db = app.app.registry._zodb_databases[""]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("in.txt", "x")

    def output(file: str) -> str:
        admin("PUT", file, body=b"source")
        return made_of(admin, file, Work(db), b"made of it")

    return World(admin, db, packed.getvalue(), output)


def test_each_changing_view_has_a_scene(app: TestApp) -> None:
    views = set(changing(app))
    known = {*SCENES, *NOTHING}
    assert views - known == set(), "say in audited.py how they are made to succeed"
    assert known - views == set(), "there are no such views any more"


@pytest.mark.parametrize("name", SCENES)
def test_what_it_changes_is_recorded(world: World, name: str) -> None:
    """The last request of the scene is the view's own."""
    answer = SCENES[name](world)
    assert answer.status_int < 400, answer.text
    assert world.newest() != world.before


def test_what_changes_nothing_is_not_recorded(world: World) -> None:
    before = world.newest()
    assert world("GET", f"{FILES}/-/info").status_int == 200
    now = {"workflows": {"check": SETS}}
    assert world("PUT", f"{FILES}/-/profiles/default", now).status_int == 200
    assert world.newest() == before
