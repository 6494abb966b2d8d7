"""The longest run of Schemathesis, on all that is below a service, by a customer's key in the path.

The others are in test_schemathesis.py; processes that share the tests share files.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("schemathesis")

from tests.functional.fuzzing import LEAST, fuzz, requests
from tests.functional.stack import Stack


def test_the_document_holds_below_a_customers_key(
    make_stack: Callable[..., Stack], tmp_path: Path
) -> None:
    stack = make_stack().start()
    key = stack.demo_url.rstrip("/").rpartition("/")[2]
    told = fuzz(stack, tmp_path, key, "service", "-n", "3")
    assert requests(told) > LEAST
