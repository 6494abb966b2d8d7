"""Tasks that do what tasks do, well and badly."""

import os
import signal
import sys
import time
from typing import Any

from mserve.errors import TaskError
from mserve.tasks.outcome import Outcome, Output, Rendition
from mserve.tasks.registry import task
from mserve.tasks.source import Source


@task("read")
def read(source: Source) -> dict[str, Any]:
    source.progress(1.0, "read")
    return {"bytes": len(source.path.read_bytes()), "name": source.name}


@task("empty", needs_file=False)
def empty(source: Source) -> Outcome:
    """Finds nothing, and makes what would be a picture of it."""
    path = source.scratch / "picture"
    path.write_bytes(b"picture")
    facts = {"path": str(source.path), "name": source.name, "size": source.size}
    found = {**facts, "bytes": len(source.path.read_bytes()), "metadata": dict(source.metadata)}
    picture = Rendition("poster", path, "image/png", 1, 1)
    return Outcome(found, {"mimetype": "text/plain"}, (picture,))


@task("copy")
def copy(source: Source) -> Outcome:
    path = source.scratch / "copy"
    path.write_bytes(source.path.read_bytes())
    return Outcome({"copied": True}, outputs=(Output("copy", path, "text/plain"),))


@task("refuse")
def refuse(source: Source) -> None:
    raise TaskError("these bytes are no picture")


@task("break")
def break_(source: Source) -> None:
    raise ZeroDivisionError("of all things")


@task("exhaust")
def exhaust(source: Source) -> None:
    raise MemoryError


@task("leave")
def leave(source: Source) -> None:
    sys.exit(3)


class Panic(BaseException):
    """What some compiled libraries raise."""


@task("panic")
def panic(source: Source) -> None:
    raise Panic("in the machine room")


@task("sleep", timeout=0.3)
def sleep(source: Source, *, stubborn: bool = False) -> None:
    try:
        time.sleep(30)
    except Exception:
        if not stubborn:
            raise


@task("wait", timeout=60.0)
def wait(source: Source, *, seconds: float = 20.0) -> None:
    """Sleeps, and tells when it begins."""
    source.progress(1.0, "begun")
    time.sleep(seconds)


@task("die")
def die(source: Source) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@task("glance", brief=100)
def glance(source: Source) -> None:
    """Takes no time to speak of."""


@task("stumble", brief=100)
def stumble(source: Source) -> None:
    """Fails in no time."""
    raise TaskError("it fell")
