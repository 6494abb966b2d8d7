"""Fetching: files and folders of the server, made into downloads."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from mserve.cli.acts import Taken, bound, guarded, told
from mserve.cli.run import Run
from mserve.client import Client, LocalFault
from mserve.client.many import Act


def to_fetch(run: Run, urls: tuple[str, ...], dest: str, recursive: bool) -> Iterator[Act]:
    """The files at the URLs, each to its path here."""
    into = len(urls) > 1 or dest.endswith("/") or Path(dest).is_dir()
    taken = Taken()
    for url in urls:
        yield from guarded(told(url), _fetches(run, url, Path(dest), into, recursive, taken))


def _fetches(
    run: Run, url: str, dest: Path, into: bool, recursive: bool, taken: Taken
) -> Iterator[Act]:
    client = run.client(url)
    top = client.info()
    path = dest / (top.name or urlsplit(url).hostname or "") if into else dest
    if top.is_file:
        yield taken.once(str(path), str(path), bound(_fetch, run, client, "", path, top.size or 0))
        return
    if not recursive:
        raise LocalFault(f"is a {top.type}; --recursive fetches it with all that is in it")
    for names, node in client.walk():
        here = path.joinpath(*names)
        if node.is_file:
            act = bound(_fetch, run, client, "/".join(names), here, node.size or 0)
            yield taken.once(str(here), str(here), act)
        else:
            yield str(here), bound(_make, here)


def _fetch(run: Run, client: Client, place: str, path: Path, size: int) -> None:
    with run.bars.watch(str(path), size) as report:
        client.get(place, path, report)


def _make(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise LocalFault(str(fault.strerror)) from fault
