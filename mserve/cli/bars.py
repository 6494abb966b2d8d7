"""Progress bars on a terminal; elsewhere nothing."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Self

from mserve.client.upload import Report


def shown(text: str) -> str:
    """`text` with what could move a terminal's cursor, or is no character, made visible."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


class Silent:
    """No bars: not a terminal, or --quiet."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """What is on the terminal stays as it is."""

    def notice(self, text: str) -> None:
        """Something that is waited for."""

    def watch(self, path: str, size: int) -> AbstractContextManager[Report]:
        return nullcontext(lambda _: None)


class Bars(Silent):
    """One bar for each transfer that is under way, on the standard error."""

    def __init__(self) -> None:
        from rich import progress
        from rich.console import Console

        columns: list[Any] = [
            progress.TextColumn("{task.description}", markup=False),
            progress.BarColumn(),
            progress.DownloadColumn(binary_units=True),
            progress.TransferSpeedColumn(),
            progress.TimeRemainingColumn(),
        ]
        console = Console(stderr=True)
        self._progress = progress.Progress(*columns, console=console, transient=True)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def stop(self) -> None:
        self._progress.stop()

    def notice(self, text: str) -> None:
        self._progress.console.print(shown(text), markup=False, highlight=False)

    def watch(self, path: str, size: int) -> AbstractContextManager[Report]:
        return self._bar(shown(path), size)

    @contextmanager
    def _bar(self, path: str, size: int) -> Iterator[Report]:
        bar = self._progress.add_task(path[-40:], total=size)
        try:
            yield lambda done: self._progress.update(bar, completed=done)
        finally:
            self._progress.remove_task(bar)


def bars(*, quiet: bool) -> Silent:
    return Silent() if quiet or not sys.stderr.isatty() else Bars()
