"""Count files: what the web processes of one machine have counted, each in a file of its own.

A process holds its file locked as long as it lives, so that who ended, however it did, is known by
that. What ended processes have counted is added up in one file, so that nothing that only grows
goes back, and files do not pile up. All is below a lock: nobody sees a file twice, or not at all.
"""

import fcntl
import json
import logging
import mmap
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any, NamedTuple

from mserve.counts import COUNTS, NOW, Values, add_up, read

log = logging.getLogger(__name__)

FOLDER = "metrics"
"""In the data folder."""
LOCK = "lock"
FORMER = "former.json"
ENDING = ".counts"
SIZE = 1 << 19  # bytes


class Totals(NamedTuple):
    """What all have counted, and how many of them live."""

    values: Values
    processes: int


class CountFiles:
    """Those in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.own: Path | None = None
        self._descriptor = -1

    def begin(self) -> None:
        """This process counts in a file from now on; in memory, where there is no room for one."""
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            with self._locked():
                COUNTS.keep_in(self._make())
        except OSError as fault:
            log.warning("what this process counts is lost with it: %s", fault)

    def _make(self) -> mmap.mmap:
        path = self.folder / f"{os.getpid()}-{token_hex(4)}{ENDING}"
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(self._descriptor, 0, SIZE)  # a page without a block would be fatal
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            self.own = path
            return mmap.mmap(self._descriptor, SIZE)
        except OSError:
            path.unlink()
            os.close(self._descriptor)
            raise

    def total(self) -> Totals:
        """What this process, the others that live and those that ended have counted."""
        sums, processes = COUNTS.values(), 1
        if not self.folder.is_dir():
            return Totals(sums, processes)
        with self._locked():
            former, dead = self._former(), []
            for path in self.folder.glob(f"*{ENDING}"):
                if path != self.own and _ended(path):
                    dead.append(path)
                elif path != self.own:
                    processes += 1
                    add_up(sums, _values(path))
            add_up(sums, self._fold(former, dead))
        return Totals(sums, processes)

    def _fold(self, former: dict[str, Any], dead: Iterable[Path]) -> Values:
        """What ended processes have counted, with those whose files are still there.

        A file that was added up before, and was not removed, is named in `folded`.
        """
        sums: Values = former["counts"]
        dead = [*dead]
        for path in dead:
            if path.name not in former["folded"]:
                add_up(sums, {n: v for n, v in _values(path).items() if not n.startswith(NOW)})
        if dead:
            self._keep({"counts": sums, "folded": [path.name for path in dead]}, dead)
        return sums

    def _keep(self, former: dict[str, Any], dead: Iterable[Path]) -> None:
        new = self.folder / f"{FORMER}.new"
        try:
            new.write_text(json.dumps(former))
            new.replace(self.folder / FORMER)
            for path in dead:
                path.unlink()
        except OSError as fault:  # they are added up anew each time
            log.warning("files of ended processes stay in %s: %s", self.folder, fault)

    def _former(self) -> dict[str, Any]:
        try:
            found = json.loads((self.folder / FORMER).read_bytes())
            return {"counts": dict(found["counts"]), "folded": list(found["folded"])}
        except FileNotFoundError:
            return {"counts": {}, "folded": []}
        except (ValueError, KeyError, TypeError) as fault:  # as after a loss of power
            log.warning("what ended processes had counted is lost: %s", fault)
            return {"counts": {}, "folded": []}

    @contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _ended(path: Path) -> bool:
    """Whether nobody holds the file any more."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _values(path: Path) -> Values:
    try:
        return read(path.read_bytes())
    except ValueError as fault:
        log.warning("%s: %s", path, fault)
        return {}
