"""Warden: a program that runs one command, and leaves nothing of it behind.

Run as `python -I -S warden.py`, it reads the order from standard input, a line of JSON, and writes
the verdict to standard output. What the command says goes to standard error. When the command has
ended, or whoever gave the order closes the pipe or dies, all processes that the command has begun
are killed, also those that went into sessions of their own. It needs the standard library alone,
so that it starts within milliseconds.
"""

import ctypes
import json
import os
import resource
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # prctl(2)
LIBC = ctypes.CDLL(None)
STDIN, STDERR = 0, 2
BLOCK = 1 << 16
KEPT = 2000  # bytes of the end of what the command has complained of
LOG_MOST = 1 << 20  # bytes after which the log begins again


class Ear:
    """Hears what a process says: all goes into the log, the end of the complaints is kept."""

    def __init__(self, process: Any) -> None:
        self.complaints = process.stderr.fileno()
        self.open = {process.stdout.fileno(), self.complaints}
        self.kept = b""

    def hear(self, descriptor: int) -> bool:
        """Whether there was anything."""
        data = os.read(descriptor, BLOCK)
        if not data:
            self.open.discard(descriptor)
        if descriptor == self.complaints:
            self.kept = (self.kept + data)[-KEPT:]
        with suppress(OSError):
            if os.fstat(STDERR).st_size > LOG_MOST:
                os.ftruncate(STDERR, 0)
            os.write(STDERR, data)
        return bool(data)


def main() -> None:
    """The whole life of the process."""
    order = json.loads(sys.stdin.buffer.readline())
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    limit_processes(order["processes"])
    try:
        verdict = run(order)
    except OSError as fault:
        verdict = {"fault": f"{order['command'][0]} cannot be run: {fault.strerror}"}
    with suppress(BrokenPipeError):
        print(json.dumps(verdict), flush=True)


def limit_processes(number: int) -> None:
    """The kernel counts all of a user's; root has no such limit."""
    limit = number + sum(map(_tasks, _processes()))
    hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_NPROC, (limit, limit))


def run(order: dict[str, Any]) -> dict[str, Any]:
    """The exit code, as subprocess has it, and the end of the complaints."""
    process = subprocess.Popen(
        order["command"],
        cwd=order["folder"],
        env=order["environment"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=_die_with_parent,
    )
    ear = Ear(process)
    try:
        listen(process, ear)
    finally:
        code = end_all(process.pid)
    for descriptor in [*ear.open]:
        while ear.hear(descriptor):
            pass
    return {"code": code, "said": ear.kept.decode(errors="replace")}


def listen(process: Any, ear: Ear) -> None:
    """Until the process has ended, or nobody waits for it any more."""
    ended, poll = os.pidfd_open(process.pid), select.poll()
    for descriptor in (*ear.open, ended):
        poll.register(descriptor, select.POLLIN)
    poll.register(STDIN, 0)  # hung up
    while True:
        ready = {descriptor for descriptor, _ in poll.poll()}
        for descriptor in ready & ear.open:
            if not ear.hear(descriptor):
                poll.unregister(descriptor)
        if ready & {ended, STDIN}:
            return


def end_all(leader: int) -> int | None:
    """The exit code of `leader`, which nobody has waited for, so that its group is still its own.

    Kills the group, then all children, as which the orphans of whatever group turn up here.
    """
    os.killpg(leader, signal.SIGKILL)
    code = None
    while True:
        for pid in _children():
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        try:
            pid, status = os.waitpid(-1, 0)
        except ChildProcessError:
            return code
        if pid == leader:
            code = os.waitstatus_to_exitcode(status)


def _die_with_parent() -> None:
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _children() -> Iterator[int]:
    me = str(os.getpid())
    for pid in _processes():
        with suppress(OSError), open(f"/proc/{pid}/stat", encoding="latin-1") as file:
            if file.read().rpartition(")")[2].split()[1] == me:
                yield pid


def _tasks(pid: int) -> int:
    """How many threads it has, if it is this user's."""
    with suppress(OSError):
        if os.stat(f"/proc/{pid}").st_uid == os.getuid():
            return len(os.listdir(f"/proc/{pid}/task"))
    return 0


def _processes() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdecimal())


if __name__ == "__main__":
    main()
