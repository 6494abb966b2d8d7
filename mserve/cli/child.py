"""One part of the stack and its process: started, asked, ended, started again with back-off."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mserve.mortal import die_with

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0  # seconds before a part that died is started again
STEADY = 3.0  # seconds after which a death counts as the first one again
LOG_LIMIT = 16 << 20  # bytes after which the log is put aside at the next start
LOG_TAIL = 15  # lines shown of a log


@dataclass(frozen=True)
class Part:
    """What a part is: its command, how to see that it answers, how long it may take to end."""

    name: str
    command: tuple[str, ...]
    missing: Callable[[int], str | None]  # of its process id: None, or what does not answer yet
    grace: float = 10.0  # seconds between SIGTERM and SIGKILL
    patience: float = 60.0  # seconds to answer after its first start
    environment: Mapping[str, str] = field(default_factory=dict)
    descriptors: tuple[int, ...] = ()  # open files handed down
    hint: str = ""  # what to do when it cannot start


class Child:
    """The process of a part. It is the leader of a session and dies with this process."""

    def __init__(self, part: Part, logs: Path) -> None:
        self.part = part
        self.log = logs / f"{part.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.answers = False
        self.pause = FIRST_PAUSE
        self.started = self.due = 0.0  # by time.monotonic()
        self.log_start = 0

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        parent = os.getpid()
        self.put_log_aside()
        with self.log.open("ab") as log:
            self.log_start = log.tell()
            self.process = subprocess.Popen(
                self.part.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.part.environment},
                pass_fds=self.part.descriptors,
                start_new_session=True,  # Ctrl-C reaches the supervisor alone
                preexec_fn=lambda: tie_to(parent),  # no thread runs in the supervisor
            )
        self.answers = False
        self.started = time.monotonic()

    def put_log_aside(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))

    def check(self) -> str | None:
        """None if it answers, else what is missing."""
        if not self.answers:
            fault = self.part.missing(self.pid)
            self.answers = fault is None
            return fault
        return None

    def bury(self) -> str:
        """After its end: ends what it left, sets when to start it again, and says how it ended."""
        assert self.process is not None
        status = self.process.wait()
        self.kill()
        steady = time.monotonic() - self.started > STEADY
        pause = FIRST_PAUSE if steady else self.pause
        self.pause = min(LONGEST_PAUSE, 2 * pause)
        self.due = time.monotonic() + pause
        self.process, self.answers = None, False
        how = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended ({status})"
        return f"{self.part.name} {how}; it is started again in {pause:.1f} s"

    def terminate(self) -> None:
        if self.process is not None:
            self.process.terminate()  # its leader alone: a worker's own children end in its order

    def kill(self) -> None:
        """Ends its whole session at once, also what is left of it after its leader's end."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()

    def last_lines(self) -> str:
        """The end of what it has said since it was started."""
        with self.log.open("rb") as log:
            log.seek(self.log_start)
            lines = log.read().decode(errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-LOG_TAIL:])


def tie_to(parent: int) -> None:
    """In a new process, before its program; all parts keep their state through a kill."""
    die_with(parent)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
