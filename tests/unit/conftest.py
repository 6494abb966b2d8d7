"""A whole web application on a real database of its own, in a temporary folder."""

import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import zodburi
from webtest import TestApp

from mserve import database, evolve, first_keys
from mserve.settings import Settings
from mserve.tasks import registry
from mserve.tasks.queue import Queues
from tests.unit.applications import Application, begin, embedded
from tests.unit.support import holdings
from tests.unit.tasks.support import RedisServer

hypothesis.settings.register_profile(
    "busy machine",
    database=None,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("busy machine")


class Client:
    """A WebTest client that holds one key."""

    def __init__(self, app: TestApp, key: str | None) -> None:
        self.app = app
        self.key = key or ""
        self.id = ""
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def __call__(self, method: str, url: str, **options: Any) -> Any:
        headers = {**self.headers, **options.pop("headers", {})}
        return self.app.request(url, method=method, headers=headers, expect_errors=True, **options)

    def json(self, method: str, url: str, document: Any, **headers: str) -> Any:
        call = getattr(self.app, f"{method.lower()}_json")
        return call(url, document, headers={**self.headers, **headers}, expect_errors=True)


@pytest.fixture(scope="session", autouse=True)
def installed() -> Iterator[None]:
    """What is installed on a path is looked for once; else for each test, twice."""
    known = cache(lambda path: metadata.entry_points())
    with pytest.MonkeyPatch.context() as patch:
        for module in (registry, zodburi):
            patch.setattr(module, "entry_points", lambda **of: known((*sys.path,)).select(**of))
        yield


@pytest.fixture
def lines(tmp_path: Path) -> dict[str, str]:
    """The settings of an application whose tree is a FileStorage in `tmp_path`."""
    data = tmp_path / "data"
    data.mkdir()
    return embedded(data)


@pytest.fixture(scope="session")
def redis_process() -> Iterator[RedisServer]:
    server = RedisServer()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def redis(redis_process: RedisServer) -> RedisServer:
    """A running server without any data."""
    if not redis_process.runs:
        redis_process.start(fresh=True)
    Queues.from_url(redis_process.url).redis.flushall()
    return redis_process


@pytest.fixture
def queues(redis: RedisServer) -> Iterator[Queues]:
    queues = Queues.from_url(redis.url)
    yield queues
    queues.redis.close()


@pytest.fixture
def settings(lines: dict[str, str]) -> Settings:
    return Settings.parse(lines)


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> Application:
    """Before anything is patched; not for a test itself, but for what binds it to a tree."""
    return Application(tmp_path_factory.mktemp("application"))


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as it is before the first request, to be copied."""
    data = tmp_path_factory.mktemp("fresh")
    evolve.ensure(Settings.parse(embedded(data)))
    return data


@pytest.fixture
def app(
    lines: dict[str, str], settings: Settings, application: Application, fresh: Path
) -> Iterator[TestApp]:
    begin(settings, fresh)
    with application.bound(lines) as wsgi:
        yield TestApp(wsgi)


@pytest.fixture
def admin(app: TestApp, settings: Settings) -> Client:
    return Client(app, (settings.data / first_keys.ADMIN_KEY).read_text().strip())


@pytest.fixture
def customer(app: TestApp, settings: Settings) -> Client:
    """Holds the customer key of the service /demo/files/."""
    return Client(app, (settings.data / first_keys.DEMO_KEY).read_text().strip())


@pytest.fixture
def stranger(app: TestApp) -> Client:
    return Client(app, None)


@pytest.fixture
def db(app: TestApp) -> Any:
    """The application's database: what is done through it is another client's doing."""
    return app.app.registry._zodb_databases[""]


@pytest.fixture
def see(db: Any) -> Any:
    """`see(function)`: what function(site) returns, in a transaction of its own."""
    return lambda function: database.run(db, function)


@pytest.fixture
def stored(db: Any, settings: Settings) -> Any:
    """`stored()`: all that is stored, to be compared before and after."""
    return lambda: holdings(db, settings.data)


@pytest.fixture
def made(app: TestApp, admin: Client, customer: Client) -> Any:
    """`made(role, node)`: a client with a new sub-key of the customer's, its secret in `key`.

    An auditor's is the administrator's, as customers have no right to see the audit log.
    """

    def make(
        role: str, node: str = "/demo/files/", by: Client | None = None, **terms: Any
    ) -> Client:
        maker = by or (admin if role == "auditor" else customer)
        answer = maker.json("POST", f"{node.rstrip('/')}/-/keys", {"role": role, **terms})
        assert answer.status_int == 201, answer.json
        client = Client(app, answer.json["key"])
        client.key, client.id = answer.json["key"], answer.json["id"]
        return client

    return make
