"""The code's own rules: imports run downward only, and each exception from a rule says why."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
CODE = ("mserve", "bench", "tests", "tools")
EXCEPTION = re.compile(r"# (noqa|type: ignore)\b")
REASONED = re.compile(r"[#] noqa: [A-Z0-9, ]+ - \S|[#] type: ignore\[[a-z, -]+\]  # \S")


def test_imports_run_downward_only() -> None:
    """Also fails for a new module directly below mserve that has no layer yet."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_each_exception_from_the_rules_says_why() -> None:
    """`noqa: N802 - as ZODB calls it`, `type: ignore[misc]  # ZEO has no types`."""
    files = [each for part in CODE for each in (ROOT / part).rglob("*.py")]
    bare = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in files
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if EXCEPTION.search(line) and not REASONED.search(line)
    ]
    assert bare == []
