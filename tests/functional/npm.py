"""Programs from npm that tests use, each in a folder with its package-lock.json."""

import subprocess
from pathlib import Path


def install(folder: Path) -> None:
    """What the folder's package-lock.json says, unless it is there already."""
    installed = folder / "node_modules" / ".package-lock.json"
    lock = folder / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        command = ["npm", "ci", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        installed.touch()
