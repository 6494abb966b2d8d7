"""Files for the built-in tasks to work on."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mserve.tasks.source import Source
from tests.unit.tasks.library.web import SECRET, Web, serving


@pytest.fixture
def source_of(tmp_path: Path) -> Callable[..., Source]:
    """source_of(bytes, name) is a Source with a scratch folder of its own."""

    def make(content: bytes, name: str = "file", **more: Any) -> Source:
        path, scratch = tmp_path / "content", tmp_path / "scratch"
        path.write_bytes(content)
        scratch.mkdir(exist_ok=True)
        return Source(path, name, "application/octet-stream", len(content), scratch, **more)

    return make


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """A web server that tasks may reach."""
    monkeypatch.setenv("MSERVE_OUTSIDE_ALLOW", "127.0.0.1")
    with serving() as web:
        yield web


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of secrets, with `billing`."""
    path = tmp_path / "secrets.ini"
    path.write_text(f"[billing]\nsecret = {SECRET}\nhosts = 127.0.0.*\n")
    path.chmod(0o600)
    monkeypatch.setenv("MSERVE_SECRETS", str(path))
    return path
