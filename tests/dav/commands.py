"""Programs, as a user runs them."""

import os
import subprocess

LIMIT = 120  # seconds for one command


def run(*command: str, limit: float = LIMIT, **environment: str) -> str:
    """What the command has said; a failure is an error that tells it."""
    done = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=limit,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
