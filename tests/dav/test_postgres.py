"""litmus on PostgreSQL with two web processes, as production.ini has them: alone, and by fronts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dav.test_litmus import SUITES, complaints
from tests.functional.fronts import front
from tests.functional.production import QUICK, Production, production


@pytest.fixture(scope="module")
def running() -> Iterator[Production]:
    with production(**QUICK) as stack:
        yield stack


def test_litmus_is_content_on_postgresql(running: Production, tmp_path: Path) -> None:
    assert len(running.webs()) == 2
    key = running.demo_url.rstrip("/").rpartition("/")[2]
    assert complaints(f"{running.url}/dav/demo/files/", key, SUITES, tmp_path) == []


@pytest.mark.parametrize("name", ["nginx", "apache2"])
def test_litmus_is_content_on_postgresql_behind_a_front(
    running: Production, tmp_path: Path, name: str
) -> None:
    key = running.demo_url.rstrip("/").rpartition("/")[2]
    with front(name, running) as url:
        assert complaints(f"{url}/dav/k/{key}/", key, SUITES, tmp_path) == []
