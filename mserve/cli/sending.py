"""Sending: files and folders of this machine, made into uploads."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from mserve.cli.acts import Taken, bound, guarded
from mserve.cli.run import Run
from mserve.client import BadAddress, Client, ClientError, LocalFault, NotFound, Stored
from mserve.client.local import LocalFile
from mserve.client.many import Act
from mserve.client.tree import local_tree


class JobFailed(ClientError):
    """The bytes are stored, but a task could not do its work on them."""


def is_folder(client: Client, *, several: bool) -> bool:
    """Whether the files go into the client's place, and not become it. Raises BadAddress."""
    address = client.address
    if address.folder and address.names:
        return True
    try:
        found = client.info().is_folder
    except NotFound:
        found = False
    if several and not found:
        raise BadAddress("several files go into a folder: end the URL in a slash")
    return found


def to_send(
    run: Run, client: Client, files: Iterable[Path], into: bool, recursive: bool, wait: bool
) -> Iterator[Act]:
    """The files, each to its place."""
    taken = Taken()

    def send(path: Path, place: str) -> Act:
        return taken.once(place, str(path), bound(_send, run, client, path, place, wait))

    for path in files:
        place = Path(os.path.abspath(path)).name if into else ""
        if path.is_dir():
            yield from guarded(str(path), _tree(client, path, place, recursive, send))
        else:
            yield send(path, place)


def _send(run: Run, client: Client, path: Path, place: str, wait: bool) -> None:
    file = LocalFile.of(path)
    with run.bars.watch(str(path), file.size) as report:
        stored = client.put(path, place, report)
    if wait:
        _wait(client, stored)


def _tree(
    client: Client, folder: Path, place: str, recursive: bool, send: Callable[[Path, str], Act]
) -> Iterator[Act]:
    if not recursive:
        raise LocalFault("is a folder; --recursive sends it with all that is in it")
    for names, entry in local_tree(folder, lambda _: None).items():
        there = "/".join(filter(None, (place, *names)))
        if entry.file is not None:
            yield send(entry.file.path, there)
        else:
            yield f"{folder}/{'/'.join(names)}", bound(client.mkdir, there)


def _wait(client: Client, stored: Stored) -> None:
    job = client.wait(stored)
    if job is not None and job.state != "done":
        raise JobFailed(f"is stored, but its job {job.state}: {'; '.join(job.errors)}")
