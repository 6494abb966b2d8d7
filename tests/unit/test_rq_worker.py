"""What RQ's command is told wrongly ends it with words, before anything is taken from a queue."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq import Queue

from mserve.cli.rqworker import Worker
from tests.unit.tasks.support import RedisServer

LOGGING = """
[loggers]
keys = root
[handlers]
keys =
[formatters]
keys =
[logger_root]
handlers =
"""


@pytest.fixture
def ini(lines: dict[str, str], redis: RedisServer, tmp_path: Path) -> Path:
    told = {**lines, "mserve.redis": redis.url, "mserve.queues": "gpu"}
    text = "".join(f"{name} = {value}\n" for name, value in told.items())
    path = tmp_path / "node.ini"
    path.write_text(f"[app:main]\nuse = egg:mserve\n{text}\n{LOGGING}")
    return path


@pytest.fixture
def make(ini: Path, redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """As RQ's command makes a worker."""
    monkeypatch.setenv("MSERVE_INI", str(ini))
    monkeypatch.setenv("MSERVE_IMAGE_PIXELS", "1000000")  # which a worker sets, and is undone
    clients: list[Redis] = []

    def made(*names: str, database: int = 0, **options: Any) -> Worker:
        clients.append(Redis.from_url(f"{redis.url}?db={database}"))
        named = [Queue(name, connection=clients[-1]) for name in names]
        return Worker(named, connection=clients[-1], **options)

    yield made
    for each in clients:
        each.close()


@pytest.mark.parametrize(
    ("names", "options", "words"),
    [
        (["nonsense"], {}, "no queue 'nonsense'; add it to mserve.queues, or choose of gpu, "),
        (["normal", "priority"], {}, "a worker has one queue, not 2"),
        (["normal"], {"name": "a", "exception_handlers": [print]}, "--exception-handler, --name;"),
        (["normal"], {"default_result_ttl": 3}, "does not take --results-ttl"),
        (["normal"], {"database": 1}, "redis.sock, database 0, and that of this command"),
    ],
)
def test_it_is_told_what_would_be_right(
    make: Any, names: list[str], options: dict[str, Any], words: str
) -> None:
    with pytest.raises(SystemExit, match=words):
        make(*names, **options)


def test_what_it_cannot_do_it_refuses_to_do(make: Any) -> None:
    with pytest.raises(SystemExit, match="does not take --burst"):
        make("normal").work(burst=True)


def test_an_ini_is_needed(make: Any, ini: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSERVE_INI", str(ini.with_name("other.ini")))
    with pytest.raises(SystemExit, match="there is no file"):
        make("normal")
    monkeypatch.delenv("MSERVE_INI")
    with pytest.raises(SystemExit, match="MSERVE_INI is not set"):
        make("normal")


def test_a_database_without_a_site_is_told(make: Any) -> None:
    with pytest.raises(SystemExit, match="mserve init"):
        make("normal").work()
