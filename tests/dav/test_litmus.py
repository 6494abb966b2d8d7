"""litmus, the suite that WebDAV servers are measured with: all tests, and no warnings."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.functional.stack import Stack

SUITES = ("basic", "copymove", "http")
BAD = re.compile(r"(FAIL|WARNING|SKIPPED)")


@pytest.mark.parametrize("suite", SUITES)
def test_litmus_is_content(stack: Stack, tmp_path: Path, suite: str) -> None:
    """The key is in the address, or is the password."""
    key = stack.demo_url.rstrip("/").rpartition("/")[2]
    command = ["litmus", "-k", f"{stack.url}/dav/demo/files/", "anyone", key]
    told = subprocess.run(
        command,
        env={"TESTS": suite, "PATH": "/usr/bin:/bin"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    bad = [line for line in told.stdout.splitlines() if BAD.search(line)]
    assert (told.returncode, bad) == (0, []), told.stdout + told.stderr
