"""What all tests of the web server have."""

from collections.abc import Iterator

import pytest

from tests.unit.server.running import Running, serving


@pytest.fixture
def running() -> Iterator[Running]:
    yield from serving()
