"""A task's own process: takes its limits upon itself, runs the function, tells the result."""

import errno
import faulthandler
import json
import os
import resource
import select
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from mserve.errors import TaskError
from mserve.mortal import die_with
from mserve.tasks.outcome import Outcome, Output, Rendition
from mserve.tasks.source import Source

LOG = ".log"  # in the scratch folder
STDOUT, STDERR = 1, 2
PAGE = resource.getpagesize()
GRACE = 5  # seconds of processor after which the kernel kills, where its signal was not enough


class Spent(NamedTuple):
    """Seconds of processor, and bytes of memory at the most."""

    cpu: float = 0.0
    memory: int = 0


@dataclass(frozen=True)
class Order:
    """What is to be done, within which limits: bytes, seconds, bytes of a file."""

    function: Callable[..., Any]
    source: Mapping[str, Any]
    arguments: Mapping[str, Any]
    memory: int
    cpu: float
    file: int


def work(order: Order, sender: Connection) -> None:
    """The whole life of the process."""
    die_with(os.getppid())
    threading.Thread(target=_leave_with, args=(sender.fileno(),), daemon=True).start()
    source = _source(order.source, sender)
    _redirect(source.scratch / LOG)
    _limit(order)
    told = _try(order, source)
    spent = resource.getrusage(resource.RUSAGE_SELF)
    told |= {"cpu": spent.ru_utime + spent.ru_stime, "memory": spent.ru_maxrss * 1024}
    _tell(sender, told)


def _leave_with(descriptor: int) -> None:
    """Ends the process as soon as nobody listens."""
    poll = select.poll()
    poll.register(descriptor, 0)  # its other end was closed
    poll.poll()
    os._exit(1)


def _source(plain: Mapping[str, Any], sender: Connection) -> Source:
    def report(fraction: float, words: str) -> None:
        _tell(sender, {"what": "progress", "fraction": fraction, "words": words})

    paths = {name: Path(plain[name]) for name in ("path", "scratch")}
    return Source(**{**plain, **paths, "report": report})


def _tell(sender: Connection, what: Mapping[str, Any]) -> None:
    sender.send_bytes(json.dumps(what).encode())


def _redirect(log: Path) -> None:
    """What libraries say goes into the attempt's log."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for standard in (STDOUT, STDERR):
        os.dup2(descriptor, standard)
    os.close(descriptor)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(line_buffering=True)  # it is read while the task runs
    faulthandler.enable()


def _limit(order: Order) -> None:
    """Data: what the process has now is not counted, as it is shared with others."""
    has = int(Path("/proc/self/statm").read_text().split()[5]) * PAGE
    cpu = max(1, round(order.cpu))
    for limit, soft, hard in (
        (resource.RLIMIT_DATA, has + order.memory, has + order.memory),
        (resource.RLIMIT_CPU, cpu, cpu + GRACE),
        (resource.RLIMIT_FSIZE, order.file, order.file),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(limit, (soft, hard))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write fails then, with words


def _try(order: Order, source: Source) -> dict[str, Any]:
    """The result, or what went wrong in words."""
    try:
        outcome = Outcome.of(order.function(source, **order.arguments))
        return {"what": "result", "outcome": _plain(outcome)}
    except TaskError as fault:
        return _final(str(fault))
    except MemoryError:
        return _final(f"the task needs more than the {order.memory >> 20} MiB it may have")
    except Exception as fault:
        if isinstance(fault, OSError) and fault.errno == errno.EFBIG:
            return _final(f"the task wrote a file of more than the {order.file} bytes it may have")
        os.write(STDERR, "".join(traceback.format_exception(fault)).encode())  # into the log
        return {"what": "fault", "words": f"{type(fault).__name__}: {fault}", "final": False}


def _final(words: str) -> dict[str, Any]:
    """A fault that another attempt would meet as well."""
    return {"what": "fault", "words": words, "final": True}


def _plain(outcome: Outcome) -> dict[str, Any]:
    outputs = [_plain_output(each) for each in outcome.outputs]
    return {
        "result": dict(outcome.result),
        "facts": dict(outcome.facts),
        "outputs": outputs,
        "usage": dict(outcome.usage),
        "awaits": outcome.awaits,
    }


def _plain_output(output: Output) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "name": output.name,
        "path": str(output.path),
        "mimetype": output.mimetype,
    }
    if isinstance(output, Rendition):
        plain |= {"width": output.width, "height": output.height}
    return plain
