"""What a client does at one address: files go there and come from there, folders are made."""

from pathlib import Path

from mserve.client import memory, upload
from mserve.client.address import Address
from mserve.client.download import Download
from mserve.client.errors import InTheWay, NotFound
from mserve.client.local import LocalFile, local_faults
from mserve.client.results import Node, Stored
from mserve.client.resumable import Resumable
from mserve.client.session import Session
from mserve.client.upload import Report


class Acts:
    """By `session`. A file goes in pieces from `threshold` bytes on. All raise errors of
    mserve.client.errors.
    """

    def __init__(self, session: Session, threshold: int) -> None:
        self.session, self.threshold = session, threshold
        self.cache = memory.cache_folder()

    def put(self, file: LocalFile, target: Address, report: Report) -> Stored:
        """Sends the file; folders on its way are made."""
        if file.size < self.threshold or target.parent is None:
            return upload.put(self.session, file, target, report)
        known = memory.Unfinished(self.cache, file, target, self.session.key)
        return Resumable(self.session, file, target, known, report, self.make).send()

    def get(self, source: Address, path: Path, report: Report) -> str:
        """Fetches the file to be the one at `path`; returns its SHA-256, which was checked."""
        with local_faults(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        return Download(self.session, source, path, report).fetch()

    def remove(self, target: Address, *, recursive: bool = False) -> None:
        """Removes the file, or with `recursive` the folder."""
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

    def make(self, folder: Address) -> None:
        """Makes the folder and those on its way; that it is there already is no error."""
        if folder.parent is None:
            return
        try:
            self._make_one(folder, folder.parent)
        except NotFound:
            if folder.parent.parent is None:
                raise
            self.make(folder.parent)
            self._make_one(folder, folder.parent)

    def _make_one(self, folder: Address, parent: Address) -> None:
        body = {"type": "folder", "name": folder.names[-1]}
        try:
            self.session.ask("POST", parent.url, json=body)
        except InTheWay:
            if not Node.of(self.session.look(folder.facet("info"))).is_folder:
                raise
