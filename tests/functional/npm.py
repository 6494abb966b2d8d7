"""Programs from npm that tests use, each in a folder with its package-lock.json."""

import subprocess
from fcntl import LOCK_EX, flock
from pathlib import Path


def install(folder: Path) -> None:
    """What the folder's package-lock.json says, unless it is there already.

    Of several processes one installs, and the others wait for it.
    """
    installed = folder / "node_modules" / ".package-lock.json"
    with (folder / "package-lock.json").open() as lock:
        flock(lock, LOCK_EX)
        if not installed.exists() or installed.stat().st_mtime < Path(lock.name).stat().st_mtime:
            command = ["npm", "ci", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder)]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
            installed.touch()
