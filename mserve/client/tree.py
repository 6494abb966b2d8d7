"""Trees of files, here and on the server, as what a sync compares: names to entries."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from mserve.client.address import Address, check_name
from mserve.client.download import PART
from mserve.client.errors import Answered, BadAddress, NotFound
from mserve.client.local import LocalFile, local_faults
from mserve.client.results import Node
from mserve.client.session import Session

PAGE = 1000
Names = tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """A folder (size None), or a file; of files here `file` is set, of those there `sha256`."""

    size: int | None = None
    sha256: str | None = None
    file: LocalFile | None = None

    @property
    def is_folder(self) -> bool:
        return self.size is None


Tree = dict[Names, Entry]


def local_tree(folder: Path, skipped: Callable[[str], None]) -> Tree:
    """All files and folders below `folder`; empty where it is not there.

    skipped: is told the path of what is neither, such as a symbolic link.
    """
    found: Tree = {}
    for names, entry in _scan(folder, (), skipped) if folder.exists() else ():
        found[names] = entry
    return found


def _scan(
    folder: Path, above: Names, skipped: Callable[[str], None]
) -> Iterator[tuple[Names, Entry]]:
    with local_faults(folder):
        inside = sorted(os.scandir(folder), key=lambda each: each.name)
    for each in inside:
        names = (*above, each.name)
        if PART.fullmatch(each.name):
            continue
        with local_faults(Path(each.path)):
            kind = each.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(kind):
            yield names, Entry()
            yield from _scan(Path(each.path), names, skipped)
        elif stat.S_ISREG(kind):
            file = LocalFile.of(Path(each.path))
            yield names, Entry(file.size, file=file)
        else:
            skipped("/".join(names))


def children(session: Session, place: Address) -> Iterator[Node]:
    """What is in a folder, by name, over all its pages."""
    params: dict[str, str | int] = {"limit": PAGE}
    while True:
        try:
            page = session.look(place.url, **params)
        except Answered as fault:
            if fault.status != 400 or params.pop("limit", None) is None:
                raise
            continue  # the site's pages are smaller
        yield from map(Node.of, page.get("items") or ())
        if page.get("next") is None:
            return
        params = _query(str(page["next"]))


def _query(url: str) -> dict[str, str | int]:
    """The query alone: a front may know the site by another name than its URLs say."""
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def walk(session: Session, place: Address, above: Names = ()) -> Iterator[tuple[Names, Node]]:
    """All that is below a folder, each after what it is in; raises BadAddress.

    A name that would lead out of a folder here is one that mserve never has: it is refused.
    """
    for node in children(session, place):
        names = (*above, check_name(node.name))
        yield names, node
        if node.is_folder:
            yield from walk(session, place.below(node.name), names)


def remote_tree(session: Session, place: Address) -> Tree:
    """All files and folders below a place; empty where it is not there."""
    try:
        top = Node.of(session.look(place.facet("info")))
    except NotFound:
        return {}
    if not top.is_folder:
        raise BadAddress(f"{place.told} is a file; a sync is of folders")
    return {
        names: Entry(node.size, node.sha256) if node.is_file else Entry()
        for names, node in walk(session, place)
    }
