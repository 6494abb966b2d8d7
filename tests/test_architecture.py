"""Imports run downward only: the contracts in pyproject.toml, checked as `lint-imports` does."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_imports_run_downward_only() -> None:
    """Also fails for a new module directly below mserve that has no layer yet."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
