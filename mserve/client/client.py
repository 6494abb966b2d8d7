"""Client: what can be asked of one place of a site and all below it."""

import time
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from pathlib import Path
from threading import Event
from typing import Self

from mserve.client import many, memory, upload
from mserve.client.address import Address, parse
from mserve.client.download import Download
from mserve.client.errors import InTheWay, LocalFault, NotFound, StillRunning
from mserve.client.keys import find
from mserve.client.local import LocalFile, local_faults
from mserve.client.patience import Notice, Patience
from mserve.client.results import Failure, Job, Node, Stored, Synced
from mserve.client.resumable import Resumable
from mserve.client.session import Session
from mserve.client.sides import FolderHere, FolderThere
from mserve.client.sync import Side, Sync, Watch, unwatched
from mserve.client.tree import Names, Tree, children, local_tree, remote_tree, walk
from mserve.client.upload import Report

THRESHOLD = 8 << 20  # bytes from which on a file goes in pieces
WAIT = 5  # seconds that the server is asked to wait for a job's end
POLL = 0.2, 5.0  # seconds between two looks at a job that it did not wait for: at first, at most


def _unheard(_: object) -> None:
    """Reports that nobody wants."""


class Client:
    """url: a service, folder or file; key: else that of the URL, of MSERVE_KEY or the user's file.

    Places are paths below it, with plain names: `photos/a b.jpg`; "" is the place itself. All
    raise errors of mserve.client.errors. It may be used by several threads.

    tries: attempts without progress; jobs: transfers side by side; stop: set it to end them;
    notice: is told what is waited for.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        tries: int = 6,
        jobs: int = 4,
        threshold: int = THRESHOLD,
        stop: Event | None = None,
        notice: Notice = _unheard,
    ) -> None:
        self.address, found = (parse(url)[0], key) if key else find(url)
        self.jobs, self.threshold, self.stop = jobs, threshold, stop or Event()
        self.session = Session(self.address, found, Patience(tries, self.stop, notice))
        self.cache = memory.cache_folder()
        self._digests = memory.Digests(self.cache)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.session.close()

    def at(self, address: Address) -> Self:
        """A client of another place of the same root, over the same connections."""
        other = copy(self)
        other.address = address
        return other

    def info(self, place: str = "") -> Node:
        """What is there; raises NotFound."""
        return Node.of(self.session.look(self.address.at(place).facet("info")))

    def ls(self, place: str = "") -> Iterator[Node]:
        """What is in a folder, by name."""
        return children(self.session, self.address.at(place))

    def walk(self, place: str = "") -> Iterator[tuple[Names, Node]]:
        """All below a folder, each after the folder it is in."""
        return walk(self.session, self.address.at(place))

    def put(self, path: Path | str, place: str = "", report: Report = _unheard) -> Stored:
        """Sends a file to be the one at `place`; folders on its way are made."""
        return self._put(LocalFile.of(Path(path)), self.address.at(place), report)

    def _put(self, file: LocalFile, target: Address, report: Report) -> Stored:
        if file.size < self.threshold or target.parent is None:
            return upload.put(self.session, file, target, report)
        known = memory.Unfinished(self.cache, file, target, self.session.key)
        return Resumable(self.session, file, target, known, report, self._make).send()

    def get(self, place: str, path: Path | str, report: Report = _unheard) -> str:
        """Fetches a file to be the one at `path`; returns its SHA-256, which was checked."""
        return self._get(self.address.at(place), Path(path), report)

    def _get(self, source: Address, path: Path, report: Report) -> str:
        with local_faults(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        return Download(self.session, source, path, report).fetch()

    def rm(self, place: str, *, recursive: bool = False) -> None:
        """Removes a file, or a folder with all that is in it: into the trash of its service."""
        self._remove(self.address.at(place), recursive=recursive)

    def _remove(self, target: Address, *, recursive: bool = False) -> None:
        params = {"recursive": "true"} if recursive else {}
        tries = iter([False])

        def attempt() -> None:
            again = next(tries, True)
            try:
                self.session.once("DELETE", target.url, params=params)
            except NotFound:
                if not again:  # else it was the answer that got lost
                    raise

        self.session.patience(attempt)

    def mkdir(self, place: str) -> None:
        """Makes a folder and those on its way; that it is there already is no error."""
        self._make(self.address.at(place))

    def _make(self, folder: Address) -> None:
        if folder.parent is None:
            return
        try:
            self._make_one(folder, folder.parent)
        except NotFound:
            if folder.parent.parent is None:
                raise
            self._make(folder.parent)
            self._make_one(folder, folder.parent)

    def _make_one(self, folder: Address, parent: Address) -> None:
        body = {"type": "folder", "name": folder.names[-1]}
        try:
            self.session.ask("POST", parent.url, json=body)
        except InTheWay:
            if not Node.of(self.session.look(folder.facet("info"))).is_folder:
                raise

    def run(self, acts: Iterable[many.Act]) -> list[Failure]:
        """Does many things side by side; returns what failed."""
        return many.run(acts, self.jobs, self.stop)

    def wait(self, what: Stored | str, timeout: float | None = None) -> Job | None:
        """The job that an upload started, or the newest of a file, once it has ended.

        None where there is none; raises StillRunning after `timeout` seconds.
        """
        place = Address(self.address.root, what.names) if isinstance(what, Stored) else None
        place = place or self.address.at(str(what))
        id = what.job if isinstance(what, Stored) else self._newest(place)
        began, pause = time.monotonic(), POLL[0]
        while id is not None:
            asked = time.monotonic()
            left = WAIT if timeout is None else max(0, min(WAIT, int(timeout - asked + began)))
            job = Job.of(self.session.look(place.facet("jobs", id), wait=left))
            if job.ended:
                return job
            if timeout is not None and time.monotonic() - began > timeout:
                raise StillRunning(f"the job {job.name} is {job.state}, {job.percent} % done")
            if time.monotonic() - asked < POLL[0]:
                self.stop.wait(pause)
                pause = min(POLL[1], pause * 1.5)
        return None

    def _newest(self, place: Address) -> str | None:
        items = self.session.look(place.facet("jobs"), limit=1).get("items")
        return Job.of(items[0]).id if items else None

    def sync(
        self,
        folder: Path | str,
        place: str = "",
        *,
        down: bool = False,
        delete: bool = False,
        dry: bool = False,
        watch: Watch = unwatched,
    ) -> Synced:
        """Makes the folder at `place` like the one here, or with `down` the other way.

        delete: removes what the other has not; dry: only tells what would be done.
        """
        path, top, skipped = Path(folder), self.address.at(place), list[str]()
        if not down and not path.is_dir():
            raise LocalFault(f"{path} is not a folder")
        if down:
            self.info(place)  # what is not there is no empty folder: NotFound
        here, there = local_tree(path, skipped.append), remote_tree(self.session, top)
        source, target, side = (
            (there, here, self._folder_here(path, top))
            if down
            else (here, there, self._folder_there(here, top))
        )
        sync = Sync(source, target, side, self.run, watch)
        return sync(self._same(here, there), skipped, delete=delete, dry=dry)

    def _folder_here(self, path: Path, top: Address) -> Side:
        return FolderHere(
            path, lambda names, path, report: self._get(top.below(*names), path, report)
        )

    def _folder_there(self, here: Tree, top: Address) -> Side:
        def put(names: Names, report: Report) -> object:
            file = here[names].file
            assert file is not None
            return self._put(file, top.below(*names), report)

        return FolderThere(
            lambda names: self._make(top.below(*names)),
            lambda names: self._remove(top.below(*names)),
            put,
        )

    def _same(self, here: Tree, there: Tree) -> Callable[[Names], bool]:
        """Whether two files of one size have the same bytes."""

        def same(names: Names) -> bool:
            file = here[names].file
            assert file is not None
            return self._digests.sha256(file, self.session.patience.check) == there[names].sha256

        return same
