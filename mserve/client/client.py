"""Client: what can be asked of one place of a site and all below it."""

from collections.abc import Iterable, Iterator
from copy import copy
from pathlib import Path
from threading import Event
from typing import Self

from mserve.client import many, waiting
from mserve.client.acts import Acts
from mserve.client.address import Address, parse
from mserve.client.errors import LocalFault
from mserve.client.keys import find
from mserve.client.local import LocalFile
from mserve.client.mirror import Mirror
from mserve.client.patience import Notice, Patience
from mserve.client.results import Failure, Job, Node, Stored, Synced
from mserve.client.session import Session
from mserve.client.sync import Watch, unwatched
from mserve.client.tree import Names, children, walk
from mserve.client.upload import Report

THRESHOLD = 8 << 20  # bytes from which on a file goes in pieces


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
        self.jobs, self.stop = jobs, stop or Event()
        self.session = Session(self.address, found, Patience(tries, self.stop, notice))
        self._acts = Acts(self.session, threshold)

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
        return self._acts.put(LocalFile.of(Path(path)), self.address.at(place), report)

    def get(self, place: str, path: Path | str, report: Report = _unheard) -> str:
        """Fetches a file to be the one at `path`; returns its SHA-256, which was checked."""
        return self._acts.get(self.address.at(place), Path(path), report)

    def rm(self, place: str, *, recursive: bool = False) -> None:
        """Removes a file, or a folder with all that is in it: into the trash of its service."""
        self._acts.remove(self.address.at(place), recursive=recursive)

    def mkdir(self, place: str) -> None:
        """Makes a folder and those on its way; that it is there already is no error."""
        self._acts.make(self.address.at(place))

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
        return None if id is None else waiting.wait(self.session, place, id, self.stop, timeout)

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
        path = Path(folder)
        if down:
            self.info(place)  # what is not there is no empty folder: NotFound
        elif not path.is_dir():
            raise LocalFault(f"{path} is not a folder")
        mirror = Mirror(path, self.address.at(place), self._acts)
        sync = mirror.sync(self.run, watch, down=down)
        return sync(mirror.same, mirror.skipped, delete=delete, dry=dry)
