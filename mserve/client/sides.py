"""Where the files of a sync go to: a folder here, or one on the server."""

import shutil
from collections.abc import Callable
from pathlib import Path

from mserve.client.errors import LocalFault, NotFound
from mserve.client.local import local_faults
from mserve.client.tree import Names
from mserve.client.upload import Report


class FolderHere:
    """A folder of this machine that files are fetched into."""

    def __init__(self, folder: Path, fetch: Callable[[Names, Path, Report], object]) -> None:
        self.folder, self.fetch = folder, fetch

    def make(self, names: Names) -> None:
        path = self.folder.joinpath(*names)
        with local_faults(path):
            path.mkdir(parents=True, exist_ok=True)

    def remove(self, names: Names) -> None:
        path = self.folder.joinpath(*names)
        with local_faults(path):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()

    def take(self, names: Names, report: Report) -> None:
        path = self.folder.joinpath(*names)
        self._check_way(names)
        self.make(names[:-1])
        self.fetch(names, path, report)

    def _check_way(self, names: Names) -> None:
        """What a symbolic link leads to is not part of the folder."""
        for n in range(1, len(names)):
            if (path := self.folder.joinpath(*names[:n])).is_symlink():
                raise LocalFault(f"{path} is a symbolic link")


class FolderThere:
    """A folder of the server, by what a client can do to the paths in it."""

    def __init__(
        self,
        make: Callable[[Names], object],
        remove: Callable[[Names], object],
        put: Callable[[Names, Report], object],
    ) -> None:
        self.make, self.take = make, put
        self._remove = remove

    def remove(self, names: Names) -> None:
        """That it has gone already is as well."""
        try:
            self._remove(names)
        except NotFound:
            pass
