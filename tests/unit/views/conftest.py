"""What tests of views share: hands that do a worker's work, and a web server that tasks ask."""

from collections.abc import Iterator
from typing import Any

import pytest

from mserve.settings import Settings
from tests.unit.tasks.library.web import Web, serving
from tests.unit.vaults import Hands


@pytest.fixture
def hands(db: Any, settings: Settings) -> Hands:
    return Hands(db, settings)


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as web:
        yield web
