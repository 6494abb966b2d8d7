"""litmus, the suite that WebDAV servers are measured with: all tests, and no warnings."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.functional.stack import Stack

SUITES = ("basic", "copymove", "props", "locks", "http")
BAD = re.compile(r"(FAIL|WARNING|SKIPPED)")


def complaints(url: str, key: str, suites: Iterable[str], folder: Path) -> list[str]:
    """The lines in which litmus complains; all that it says where it did not come to its end."""
    told = subprocess.run(
        ["litmus", "-k", url, "anyone", key],
        env={"TESTS": " ".join(suites), "PATH": "/usr/bin:/bin"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = told.stdout.splitlines()
    assert "100.0%" in told.stdout or told.returncode, told.stderr
    return [line for line in lines if BAD.search(line) or told.returncode]


@pytest.mark.parametrize("suite", SUITES)
def test_litmus_is_content(stack: Stack, tmp_path: Path, suite: str) -> None:
    key = stack.demo_url.rstrip("/").rpartition("/")[2]
    assert complaints(f"{stack.url}/dav/demo/files/", key, [suite], tmp_path) == []
