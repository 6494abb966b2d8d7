"""Client commands as processes with a home of their own, and files for them."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from mserve.client import Client
from tests.functional.stack import Stack

LARGE = 200 << 20
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment with a home of its own and no key."""
    environment = {name: each for name, each in os.environ.items() if name != "MSERVE_KEY"}
    return environment | {
        "HOME": str(tmp_path / "home"),
        "XDG_CACHE_HOME": "",
        "XDG_CONFIG_HOME": "",
    }


@pytest.fixture
def run(home: dict[str, str], tmp_path: Path) -> Run:
    def run(*arguments: object, status: int = 0, **environment: str) -> Any:
        done = subprocess.run(
            command(*arguments), env=home | environment, cwd=tmp_path,
            capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == status, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "mserve.cli", *map(str, arguments)]


@pytest.fixture
def place(stack: Stack) -> str:
    """The URL of a folder of the test's own, with the key in it."""
    return new_place(stack)


def new_place(stack: Stack) -> str:
    return f"{stack.demo_url}{uuid4().hex}/"


def key_of(url: str) -> str:
    return urlsplit(url).path.split("/")[2]


def write(path: Path, size: int) -> Path:
    """A file of bytes that don't repeat, made in little time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(os.urandom(min(size, 1 << 20)))
        for n in range(1, -(-size // (1 << 20))):
            file.write(n.to_bytes(8, "big"))
            file.seek((n + 1) << 20)
        file.truncate(size)
    return path


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def contents(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes()
        for path in folder.rglob("*")
    }


def stored(place: str) -> dict[str, str]:
    """The SHA-256 of each file below the place, by path."""
    with Client(place) as client:
        return {"/".join(names): node.sha256 or "" for names, node in client.walk() if node.is_file}
