"""One running mserve for the tests of WebDAV, and drives of it."""

from tests.functional.conftest import make_stack, pytest_runtest_makereport, stack

__all__ = ["make_stack", "pytest_runtest_makereport", "stack"]
