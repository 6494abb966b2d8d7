"""A mirror: a folder here and one on the server, either of which can be made like the other."""

from collections.abc import Callable
from pathlib import Path

from mserve.client.acts import Acts
from mserve.client.address import Address
from mserve.client.memory import Digests
from mserve.client.results import Failure
from mserve.client.sides import FolderHere, FolderThere
from mserve.client.sync import Sync, Watch
from mserve.client.tree import Names, local_tree, remote_tree
from mserve.client.upload import Report


class Mirror:
    """The folder `path`, and that at `top`; `skipped`: what of the first is no file or folder."""

    def __init__(self, path: Path, top: Address, acts: Acts) -> None:
        self.path, self.top, self.acts = path, top, acts
        self.skipped: list[str] = []
        self.here = local_tree(path, self.skipped.append)
        self.there = remote_tree(acts.session, top)
        self._digests = Digests(acts.cache)

    def sync(self, run: Callable[..., list[Failure]], watch: Watch, *, down: bool) -> Sync:
        """What makes the one there like the one here, or with `down` the other way."""
        if down:
            return Sync(self.there, self.here, FolderHere(self.path, self._get), run, watch)
        there = FolderThere(self._make, self._remove, self._put)
        return Sync(self.here, self.there, there, run, watch)

    def same(self, names: Names) -> bool:
        """Whether two files of one size have the same bytes."""
        file = self.here[names].file
        assert file is not None
        check = self.acts.session.patience.check
        return self._digests.sha256(file, check) == self.there[names].sha256

    def _get(self, names: Names, path: Path, report: Report) -> object:
        return self.acts.get(self.top.below(*names), path, report)

    def _put(self, names: Names, report: Report) -> object:
        file = self.here[names].file
        assert file is not None
        return self.acts.put(file, self.top.below(*names), report)

    def _make(self, names: Names) -> None:
        self.acts.make(self.top.below(*names))

    def _remove(self, names: Names) -> None:
        self.acts.remove(self.top.below(*names))
