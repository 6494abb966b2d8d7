"""CONFINEMENT: a task's function runs in a process of its own, with limits of memory, processor
time and size of files. Whatever it does there, crash, hang or grow, costs that process alone.

The process is forked from a server that has imported the tasks, one for all workers of a pool
(multiprocessing's forkserver), so that it starts within milliseconds. What comes back is JSON, as
a file may have come from anyone, and have taken over who read it.
"""

import json
import multiprocessing
import signal
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from mserve.errors import TaskError
from mserve.tasks import forkserver
from mserve.tasks.confined import LOG, Order, Spent, work
from mserve.tasks.outcome import Outcome, Output, Rendition
from mserve.tasks.source import Source

MIB = 1 << 20
MESSAGE = 16 * MIB  # bytes of a message at most
LOG_KEPT = 8 << 10  # bytes of the end of what a task said
QUIET = 1.0  # seconds without a message, after which it is looked what the task has said
PRELOADED: list[str] = []
"""Modules that the server imports; more can be added until it is started, or the first task."""


@dataclass(frozen=True)
class Limits:
    """What a task may use: `memory` and `file` (each output) in bytes, `cpu` in seconds."""

    memory: int = 1024 * MIB
    cpu: float = 3600.0
    file: int = 64 << 30


class Crashed(Exception):
    """The process ended before the task did; another attempt may fare better."""


def _nobody() -> None:
    """Who follows a task that nobody follows."""


@dataclass
class Meter:
    """What an attempt has used, and said; `tail()` is what it has said so far, and `tell()` has
    that told to who follows it: it is called when more may have been said."""

    spent: Spent = field(default_factory=Spent)
    log: str = ""
    tail: Callable[[], str] = str
    tell: Callable[[], None] = _nobody


def confine(
    function: Callable[..., Any],
    source: Source,
    arguments: Mapping[str, Any],
    limits: Limits,
    meter: Meter | None = None,
) -> Outcome:
    """What `function(source, **arguments)` returns in a process of its own.

    Raises TaskError as the function does and where a limit was met, Crashed, and whatever
    interrupts the wait; the process has ended then.
    """
    meter = meter or Meter()
    meter.tail = partial(_log, source.scratch)
    receiver, sender = _context().Pipe(duplex=False)
    order = Order(function, _plain(source), arguments, limits.memory, limits.cpu, limits.file)
    process = _context().Process(target=work, args=(order, sender), daemon=True)
    try:
        process.start()
        sender.close()
        return _listen(receiver, process, source, limits, meter)
    finally:
        receiver.close()  # which the process notices, if this came before it was known here
        if process.pid is not None:
            process.kill()
            process.join()
        meter.log = _log(source.scratch)


@cache
def _context() -> Any:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["mserve.tasks.confined", *PRELOADED])
    return context


def preload(modules: Iterable[str]) -> None:
    """Has the modules imported once for all tasks that are confined."""
    PRELOADED.extend(each for each in modules if each not in PRELOADED)


def share_server() -> None:
    """Starts the server now, for the workers that this process will fork: forkserver.share."""
    _context()
    forkserver.share()


def _plain(source: Source) -> dict[str, Any]:
    """All of a source but its listener."""
    return {
        "path": str(source.path), "name": source.name, "mimetype": source.mimetype,
        "size": source.size, "scratch": str(source.scratch), "metadata": dict(source.metadata),
        "sha256": source.sha256,
        "url": source.url,
        "callback": source.callback,
    }  # fmt: skip


def _listen(
    receiver: Connection, process: Any, source: Source, limits: Limits, meter: Meter
) -> Outcome:
    """Passes progress on until the result has come."""
    while True:
        while not receiver.poll(QUIET):
            meter.tell()
        try:
            told = json.loads(receiver.recv_bytes(MESSAGE))
        except (EOFError, ConnectionError):
            process.join()
            raise _end(process.exitcode, limits) from None
        if told["what"] == "progress":
            source.progress(float(told["fraction"]), str(told["words"]))
            continue
        meter.spent = Spent(float(told["cpu"]), int(told["memory"]))
        if told["what"] == "result":
            return _outcome(told["outcome"], source.scratch)
        raise TaskError(told["words"]) if told["final"] else Crashed(told["words"])


def _end(code: int | None, limits: Limits) -> Exception:
    """What the end of a process without a result means."""
    if code == -signal.SIGXCPU:
        return TaskError(f"the task needs more than the {limits.cpu:g} s of processor it may have")
    if code == -signal.SIGKILL:
        return Crashed("the task's process was killed, as when memory runs out")
    if code is not None and code < 0:
        return Crashed(f"the task's process crashed: {signal.Signals(-code).name}")
    return Crashed(f"the task's process ended with {code} and no result")


def _outcome(told: Any, scratch: Path) -> Outcome:
    """An Outcome of what the process said, whose outputs lie in `scratch` and nowhere else."""
    return Outcome(
        result=dict(told["result"]),
        facts=dict(told["facts"]),
        outputs=tuple(_output(each, scratch) for each in told["outputs"]),
        usage=dict(told["usage"]),
        awaits=None if told["awaits"] is None else float(told["awaits"]),
    )


def _output(told: Mapping[str, Any], scratch: Path) -> Output:
    path = Path(told["path"])
    if scratch.resolve() not in path.resolve().parents:
        raise TaskError(f"the task's output {told['name']!r} does not lie in its scratch folder")
    common = (str(told["name"]), path, str(told["mimetype"]))
    if "width" in told:
        return Rendition(*common, int(told["width"]), int(told["height"]))
    return Output(*common)


def _log(scratch: Path) -> str:
    """The end of what the task has said on its standard output and error."""
    try:
        with (scratch / LOG).open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - LOG_KEPT))
            return file.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
