"""Files for the built-in tasks to work on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mserve.tasks.source import Source


@pytest.fixture
def source_of(tmp_path: Path) -> Callable[..., Source]:
    """source_of(bytes, name) is a Source with a scratch folder of its own."""

    def make(content: bytes, name: str = "file", **more: Any) -> Source:
        path, scratch = tmp_path / "content", tmp_path / "scratch"
        path.write_bytes(content)
        scratch.mkdir(exist_ok=True)
        return Source(path, name, "application/octet-stream", len(content), scratch, **more)

    return make
