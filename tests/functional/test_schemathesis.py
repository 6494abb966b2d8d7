"""Schemathesis holds a running mserve against its OpenAPI document: no fault, nothing undocumented.

Two runs, in which each view is met: the administrator's key as Bearer token on what is above the
files, and a customer's key in the path on all that is below its service.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("schemathesis")

from tests.functional.fuzzing import fuzz
from tests.functional.stack import Stack

ABOVE = r"^/(-/.*)?$|^/\{container\}/(-/.*)?$|^/\{container\}/\{service\}/(-/profiles.*)?$"
LEAST = 1000  # requests in a run


def test_the_document_holds_for_an_administrator(
    make_stack: Callable[..., Stack], tmp_path: Path
) -> None:
    stack = make_stack().start()
    told = fuzz(stack, tmp_path, stack.admin, "site", "-n", "3", "--include-path-regex", ABOVE)
    assert requests(told) > LEAST


def test_the_document_holds_below_a_customers_key(
    make_stack: Callable[..., Stack], tmp_path: Path
) -> None:
    stack = make_stack().start()
    key = stack.demo_url.rstrip("/").rpartition("/")[2]
    told = fuzz(stack, tmp_path, key, "service", "-n", "3")
    assert requests(told) > LEAST


def requests(told: str) -> int:
    found = re.search(r"(\d+) generated, \1 passed", told)
    assert found, told
    return int(found[1])
