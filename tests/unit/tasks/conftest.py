"""A real tree with a service whose files tasks can be run on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mserve import database
from mserve.settings import Settings
from mserve.tasks import interrupt
from mserve.tasks.outbox import bind
from mserve.tasks.queue import Queues
from mserve.tasks.registry import TaskRegistry
from mserve.tasks.runner import Runner
from tests.unit.applications import begin
from tests.unit.tasks.support import RedisServer, Tree


@pytest.fixture
def lines(lines: dict[str, str], redis: RedisServer) -> dict[str, str]:
    """The application's settings, with a Redis, in a hurry."""
    hurry = {"lease": "0.8", "heartbeat": "0.2", "sweep_interval": "0.3"}
    hurried = {f"mserve.{name}": value for name, value in hurry.items()}
    return {
        **lines,
        **hurried,
        "mserve.redis": redis.url,
        "mserve.tasks": "tests.unit.tasks.sample_tasks",
    }


@pytest.fixture
def db(settings: Settings, queues: Queues, fresh: Path) -> Iterator[Any]:
    """A tree with the service /demo/files/."""
    begin(settings, fresh)
    db = database.open_database(settings)
    bind(db, queues)
    yield db
    db.close()


@pytest.fixture
def runner(db: Any, queues: Queues, settings: Settings) -> Runner:
    return Runner(db, TaskRegistry.load(settings.tasks), queues, settings, worker="here")


@pytest.fixture
def tree(db: Any) -> Tree:
    return Tree(db)


@pytest.fixture(autouse=True)
def quick_watchdog(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that hang are not to hang for long."""
    monkeypatch.setattr(interrupt, "GRACE", 5.0)
