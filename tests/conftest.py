"""The order of the tests: files that take long come first, so that all processes end together."""

import pytest

LONG = (
    "test_schemathesis_key.py",
    "test_schemathesis.py",
    "test_chaos.py",
    "test_delivery.py",
    "test_up.py",
    "test_hostile.py",
    "test_client_faults.py",
    "test_accessible.py",
    "test_production.py",
    "test_uploads.py",
    "test_client.py",
    "test_chaos_usage.py",
    "test_key_histories.py",
    "test_usage_model.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order of all others, and that within a file, stays."""
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))
