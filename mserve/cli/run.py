"""One run of a client command: its options, its connections, and the status that it ends with.

0: all is done; 1: something failed; 2: the command line, the URL or a file of keys cannot be used;
3: not found, or not allowed; 4: the server cannot be reached or does not answer; 130: interrupted.
3 and 4 mean that nothing was done, and that all failed alike.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import click

from mserve.cli.bars import bars, shown
from mserve.client import (
    BadAddress,
    BadKeyFile,
    Client,
    ClientError,
    Failure,
    Forbidden,
    NotFound,
    Stopped,
    Unavailable,
    Unreachable,
)
from mserve.client.keys import find
from mserve.client.many import Act
from mserve.client.many import run as run_many

STATUS: dict[int, tuple[type[ClientError], ...]] = {
    2: (BadAddress, BadKeyFile),
    3: (NotFound, Forbidden),
    4: (Unreachable, Unavailable),
}
INTERRUPTED = 130
GRACE = 2.0  # seconds for transfers to come to a stop

OPTIONS = (
    click.option("--key-file", type=click.Path(path_type=Path), metavar="FILE",
                 help="A file with the key; else MSERVE_KEY, else ~/.config/mserve/keys."),
    click.option("--jobs", "-j", type=click.IntRange(1, 64), default=4, show_default=True,
                 metavar="N", help="Transfers side by side."),
    click.option("--tries", type=click.IntRange(1, 1000), default=6, show_default=True,
                 metavar="N", help="Attempts without any progress."),
    click.option("--quiet", "-q", is_flag=True, help="No progress bars and sums."),
)  # fmt: skip


@dataclass(frozen=True)
class Options:
    """What all client commands take."""

    key_file: Path | None
    jobs: int
    tries: int
    quiet: bool


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that all have; they come as one argument `options`."""

    def gathered(key_file: Path | None, jobs: int, tries: int, quiet: bool, **rest: Any) -> Any:
        return command(options=Options(key_file, jobs, tries, quiet), **rest)

    gathered.__doc__ = command.__doc__
    gathered.__name__ = command.__name__
    gathered.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]  # click's own
    for option in reversed(OPTIONS):
        gathered = option(gathered)
    return gathered


class Run:
    """Clients by URL, and many transfers side by side."""

    def __init__(self, options: Options, stack: ExitStack) -> None:
        self.options = options
        self.stop = threading.Event()
        self.bars = stack.enter_context(bars(quiet=options.quiet))
        self._stack = stack
        self._clients: dict[tuple[str, str | None], Client] = {}
        self._lock = threading.Lock()

    def client(self, url: str) -> Client:
        """One of the URL, over connections that those of a site share.

        Raises BadAddress, BadKeyFile.
        """
        address, key = find(url, self.options.key_file)
        with self._lock:
            known = self._clients.get((address.root, key))
            if known is None:
                known = self._clients[address.root, key] = self._stack.enter_context(
                    self._connected(url, key)
                )
        return known.at(address)

    def _connected(self, url: str, key: str | None) -> Client:
        return Client(
            url, key, tries=self.options.tries, jobs=self.options.jobs,
            stop=self.stop, notice=self.bars.notice,
        )  # fmt: skip

    def all(self, acts: Iterable[Act], done: str) -> None:
        """Does all of them, says how many, and ends with the status."""
        count = 0

        def counted() -> Iterator[Act]:
            nonlocal count
            for act in acts:
                count += 1
                yield act

        failures = run_many(counted(), self.options.jobs, self.stop)
        self.end(failures, count - len(failures), f"{count - len(failures)} {done}")

    def end(self, failures: Iterable[Failure], worked: int, told: str) -> None:
        """Tells what failed, and ends with the status."""
        self.bars.stop()
        failures = [*failures]
        for failure in failures:
            click.echo(shown(f"mserve: {failure.what}: {failure.error}"), err=True)
        if not self.options.quiet and sys.stderr.isatty():
            click.echo(told + (f", {len(failures)} failed" if failures else ""), err=True)
        if failures:
            raise SystemExit(status([each.error for each in failures], worked))


def status(errors: list[ClientError], worked: int) -> int:
    """The exit status of what failed, where `worked` others did not."""
    for code, classes in STATUS.items():
        if not worked and all(isinstance(error, classes) for error in errors):
            return code
    return 1


@contextmanager
def running(options: Options) -> Iterator[Run]:
    """A run; what is raised in it ends it with a sentence and a status."""
    with ExitStack() as stack:
        run = Run(options, stack)
        try:
            yield run
        except (KeyboardInterrupt, Stopped):
            _interrupted(run)
        except ClientError as error:
            run.bars.stop()
            click.echo(shown(f"mserve: {error}"), err=True)
            raise SystemExit(status([error], 0)) from None


def _interrupted(run: Run) -> NoReturn:
    """Ends without waiting for a server: what is under way can be gone on with."""
    run.stop.set()
    until = time.monotonic() + GRACE
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(max(0.0, until - time.monotonic()))
    run.bars.stop()
    click.echo("mserve: interrupted; the same command goes on from here", err=True)
    sys.stdout.flush()
    os._exit(INTERRUPTED)
