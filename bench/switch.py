"""A switch that the processes of a stack look at: whether they meter just now (unmetered.py)."""

import os
from collections.abc import Sequence
from mmap import ACCESS_READ, mmap
from pathlib import Path

NAME = "MSERVE_BENCH_UNMETERED"
"""In the environment: its file, of which the byte is 0 while they do; without it they never do."""
ON, OFF = b"\0", b"\1"


def turn(file: Path, *, metered: bool) -> None:
    """Takes effect at once; makes the file, if need be."""
    file.touch()
    with file.open("r+b") as opened:
        opened.write(ON if metered else OFF)


def known() -> Sequence[int]:
    """What the file of this process has, as it is at each moment."""
    if NAME not in os.environ:
        return OFF
    with open(os.environ[NAME], "rb") as opened:
        return mmap(opened.fileno(), 1, access=ACCESS_READ)
