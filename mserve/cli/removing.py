"""Removing: files and folders of the server, each after a look at what is there."""

from collections.abc import Iterable, Iterator

from mserve.cli.acts import bound, told
from mserve.cli.run import Run
from mserve.client import ClientError, LocalFault
from mserve.client.many import Act


def to_remove(run: Run, urls: Iterable[str], recursive: bool) -> Iterator[Act]:
    """The removals."""
    return ((told(url), bound(_remove, run, url, recursive)) for url in urls)


def _remove(run: Run, url: str, recursive: bool) -> None:
    client = run.client(url)
    node = client.info()
    if node.type not in ("mfile", "folder"):
        raise ClientError(f"is a {node.type}, which would be gone for good; not removed")
    if node.is_folder and not recursive:
        raise LocalFault("is a folder; --recursive removes it with all that is in it")
    client.rm("", recursive=recursive)
