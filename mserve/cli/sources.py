"""What a client command has to do: its arguments, made into transfers.

An argument that cannot be used is a transfer that fails, so that the others are done.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from mserve.cli.run import Run
from mserve.client import BadAddress, Client, ClientError, LocalFault, NotFound, Stored
from mserve.client.address import parse
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
    taken = _Taken()

    def send(path: Path, place: str) -> Act:
        def act() -> None:
            file = LocalFile.of(path)
            with run.bars.watch(str(path), file.size) as report:
                stored = client.put(path, place, report)
            if wait:
                _wait(client, stored)

        return taken.once(place, str(path), act)

    for path in files:
        name = Path(os.path.abspath(path)).name
        if path.is_dir():
            yield from _guarded(
                str(path), _tree(client, path, name if into else "", recursive, send)
            )
        else:
            yield send(path, name if into else "")


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
            yield f"{folder}/{'/'.join(names)}", _bound(client.mkdir, there)


def _wait(client: Client, stored: Stored) -> None:
    job = client.wait(stored)
    if job is not None and job.state != "done":
        raise JobFailed(f"is stored, but its job {job.state}: {'; '.join(job.errors)}")


def to_fetch(run: Run, urls: tuple[str, ...], dest: str, recursive: bool) -> Iterator[Act]:
    """The files at the URLs, each to its path here."""
    into = len(urls) > 1 or dest.endswith("/") or Path(dest).is_dir()
    taken = _Taken()
    for url in urls:
        yield from _guarded(told(url), _fetches(run, url, Path(dest), into, recursive, taken))


def _fetches(
    run: Run, url: str, dest: Path, into: bool, recursive: bool, taken: "_Taken"
) -> Iterator[Act]:
    client = run.client(url)
    top = client.info()
    path = dest / (top.name or urlsplit(url).hostname or "") if into else dest
    if top.is_file:
        yield taken.once(str(path), str(path), _fetch(run, client, "", path, top.size or 0))
        return
    if not recursive:
        raise LocalFault(f"is a {top.type}; --recursive fetches it with all that is in it")
    for names, node in client.walk():
        here = path.joinpath(*names)
        if node.is_file:
            act = _fetch(run, client, "/".join(names), here, node.size or 0)
            yield taken.once(str(here), str(here), act)
        else:
            yield str(here), _bound(_make, here)


def _fetch(run: Run, client: Client, place: str, path: Path, size: int) -> Callable[[], None]:
    def act() -> None:
        with run.bars.watch(str(path), size) as report:
            client.get(place, path, report)

    return act


def _make(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise LocalFault(str(fault.strerror)) from fault


def to_remove(run: Run, urls: Iterable[str], recursive: bool) -> Iterator[Act]:
    """The removals, each after a look at what is there."""

    def removal(url: str) -> Callable[[], None]:
        def act() -> None:
            client = run.client(url)
            node = client.info()
            if node.type not in ("mfile", "folder"):
                raise ClientError(f"is a {node.type}, which would be gone for good; not removed")
            if node.is_folder and not recursive:
                raise LocalFault("is a folder; --recursive removes it with all that is in it")
            client.rm("", recursive=recursive)

        return act

    return ((told(url), removal(url)) for url in urls)


def told(url: str) -> str:
    """The URL's place, without a key."""
    try:
        return parse(url)[0].told
    except BadAddress:
        return "URL"


class _Taken:
    """Places that files go to: where two would go to one, the second fails."""

    def __init__(self) -> None:
        self._places: set[str] = set()

    def once(self, place: str, what: str, act: Callable[[], object]) -> Act:
        """`act`, or what fails in its stead."""
        if place in self._places:
            return what, _bound(_fail, LocalFault(f"another one of these becomes {place}"))
        self._places.add(place)
        return what, act


def _guarded(what: str, acts: Iterator[Act]) -> Iterator[Act]:
    """`acts`, and one more that fails where there was no way to know them."""
    try:
        yield from acts
    except ClientError as error:
        yield what, _bound(_fail, error)


def _fail(error: ClientError) -> None:
    raise error


def _bound(act: Callable[..., object], *arguments: object) -> Callable[[], object]:
    return lambda: act(*arguments)
