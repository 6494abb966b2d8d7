"""Stacks to test against: one shared by all tests of a run, and others as a test needs them."""

from collections.abc import Callable, Iterator

import pytest

from tests.functional.production import QUICK, Production, production
from tests.functional.stack import Stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A running mserve with development.ini's settings, shared: leave it running."""
    stack = Stack()
    try:
        yield stack.start()
    finally:
        stack.end()


@pytest.fixture(scope="session")
def running() -> Iterator[Production]:
    """A running mserve with production.ini's settings, shared: leave it running."""
    with production(**QUICK) as stack:
        yield stack


@pytest.fixture(scope="session")
def unserved() -> Iterator[Stack]:
    """A running mserve in a hurry, shared, whose queue `normal` waits for a test's own workers."""
    hurry = {"lease": "3", "heartbeat": "0.5", "sweep_interval": "0.5"}
    stack = Stack(tasks="tests.functional.slow_tasks", workers="priority=1", **hurry)
    try:
        yield stack.start()
    finally:
        stack.end()


@pytest.fixture
def make_stack() -> Iterator[Callable[..., Stack]]:
    """Makes a stack with own ini lines, `make_stack(workers="normal=1")`; start it by start()."""
    made: list[Stack] = []

    def make(**lines: str) -> Stack:
        made.append(Stack(**lines))
        return made[-1]

    yield make
    for stack in made:
        stack.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A failed test's report ends with what its stacks have said."""
    report = yield
    if report.failed:
        for value in getattr(item, "funcargs", {}).values():
            if isinstance(value, Stack) and value.folder.exists():
                report.sections.append(("stack", value.told()))
    return report
