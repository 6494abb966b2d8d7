"""Mutated requests: none is a fault of ours, none shows or changes what the key may not see, and
the memory stays as it is.

The environment's MSERVE_FUZZ says how many, where they are to be more than a few.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

MANY = int(os.environ.get("MSERVE_FUZZ", "400"))
GROWTH = 8 << 20  # bytes from the second tenth of the requests to the last


def test_mutated_requests_harm_nothing(tmp_path: Path) -> None:
    """By a process of their own, whose memory is theirs alone."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.dav.fuzzing", str(tmp_path), str(MANY)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    told = json.loads(done.stdout)
    assert {200, 207, 400, 404, 405} <= {*told["statuses"]}
    assert told["memory"][-1] - told["memory"][1] < GROWTH, told["memory"]
