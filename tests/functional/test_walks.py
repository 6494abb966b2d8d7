"""The walks of docs/nodes.md and docs/tasks.md are pasted into a shell, and show what happens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.stack import Stack
from tests.functional.walk import NODES, TASKS, follow


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """As both say: with a queue that nobody serves."""
    stack = Stack(queues="gpu")
    try:
        yield stack.start()
    finally:
        stack.end()


def test_a_second_node(stack: Stack, tmp_path: Path) -> None:
    follow(NODES, "A queue of its own, to try", stack, tmp_path, "bash")


def test_what_a_service_does_with_its_files_step_by_step(stack: Stack, tmp_path: Path) -> None:
    follow(TASKS, "Step by step", stack, tmp_path, "bash")
