"""Signals as a thing to wait for, so that no handler ever runs amid other work."""

import signal
from types import TracebackType

STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """While entered, stop signals and deaths of children are held back and told by `wait`."""

    def __enter__(self) -> "Signals":
        ignored = [number for number in STOP[2:] if signal.getsignal(number) is signal.SIG_IGN]
        self.stop = set(STOP).difference(ignored)  # SIGHUP under nohup
        self.before = signal.pthread_sigmask(signal.SIG_BLOCK, {*self.stop, signal.SIGCHLD})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while signal.sigtimedwait(self.stop, 0) is not None:
            pass  # asked for again while stopping: it is done
        signal.pthread_sigmask(signal.SIG_SETMASK, self.before)

    def wait(self, seconds: float) -> bool:
        """Sleeps until a child ended, a stop was asked for (then true), or the time is over."""
        told = signal.sigtimedwait({*self.stop, signal.SIGCHLD}, seconds)
        return told is not None and told.si_signo in self.stop
