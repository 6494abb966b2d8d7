"""What the tests of keys share: a file, and another beside it."""

from typing import Any

import pytest

from tests.unit.security.support import FILE, FILES


@pytest.fixture
def file(customer: Any) -> str:
    customer("PUT", FILE, body=b"secret bytes")
    customer("PUT", f"{FILES}/other/private.txt", body=b"not for all")
    return FILE
