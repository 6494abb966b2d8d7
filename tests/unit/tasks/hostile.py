"""Task functions that behave in all the ways that a confined one can."""

import ctypes
import os
import signal
import sys
import time
from typing import Any

from mserve.errors import TaskError
from mserve.tasks.outcome import Outcome, Output, Rendition
from mserve.tasks.source import Source


def well(source: Source, *, words: str = "") -> Outcome:
    source.progress(0.5, words)
    path = source.scratch / "out"
    path.write_bytes(source.path.read_bytes()[::-1])
    print("said on the way")
    print("and complained", file=sys.stderr)
    return Outcome(
        {"pid": os.getpid(), "name": source.name, "metadata": dict(source.metadata)},
        {"mimetype": "text/plain"},
        (Output("out", path, "text/plain"), Rendition("small", path, "image/png", 3, 4)),
    )


def murmur(source: Source) -> None:
    for number in (1, 2):
        print("line", number)
        time.sleep(0.3)


def refuse(source: Source) -> None:
    raise TaskError("the file is no good")


def fail(source: Source) -> None:
    raise ValueError("a fault of the task")


def crash(source: Source) -> None:
    ctypes.string_at(0)


def be_killed(source: Source) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leave(source: Source) -> None:
    os._exit(3)


def hang(source: Source) -> None:
    (source.scratch / "pid").write_text(str(os.getpid()))
    time.sleep(600)


def grow(source: Source) -> None:
    kept = []
    while True:
        kept.append(bytearray(1 << 20))


def spin(source: Source) -> None:
    while True:
        pass


def write(source: Source) -> None:
    with (source.scratch / "big").open("wb") as file:
        while True:
            file.write(bytes(1 << 20))


def point_elsewhere(source: Source) -> Output:
    return Output("theirs", source.path, "text/plain")


def return_nonsense(source: Source) -> Any:
    return object()


def chatter(source: Source) -> None:
    for number in range(100_000):
        print(f"line {number}")
