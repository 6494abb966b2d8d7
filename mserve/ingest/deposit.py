"""Deposits come in: always as new files, under names that are free."""

from collections.abc import Iterator
from itertools import chain, count
from pathlib import PurePosixPath
from secrets import token_hex

from mserve.ingest.folders import make_folder
from mserve.ingest.store import Stored, create
from mserve.resources.deposit import Deposit, Depositor
from mserve.resources.names import LIMIT
from mserve.resources.node import Branch
from mserve.resources.spool import Spool

NUMBERED = 50  # names with numbers that are tried
LONGEST_SUFFIX = 64  # bytes; what is longer is no suffix


def deposit(
    folder: Branch, names: tuple[str, ...], spool: Spool, announced: str, depositor: Depositor
) -> Stored:
    """A new Mfile at the path `names` below `folder`, or beside what is there: `cat (2).jpg`.

    Raises BadInput, BadName.
    """
    for name in names[:-1]:
        folder = _folder(folder, name)
    stored = create(folder, free_name(folder, folder.check_name(names[-1])), spool, announced)
    mfile = stored.mfile
    service = mfile.find("service").id
    mfile.deposit = Deposit(depositor, service, mfile.etag, mfile.content.size, mfile.created)
    mfile.site.deposits.add(mfile)
    return stored


def _folder(parent: Branch, name: str) -> Branch:
    there = parent.get(name)
    if isinstance(there, Branch):
        return there
    return make_folder(parent, free_name(parent, parent.check_name(name)))


def free_name(folder: Branch, name: str) -> str:
    """`name`, or the first of those beside it that is free: `cat (2).jpg`."""
    names = chain((name,), _beside(name))
    return next(each for each in names if each not in folder)


def _beside(name: str) -> Iterator[str]:
    """With numbers first, and then with something random, so that it is found soon."""
    path = PurePosixPath(name)
    suffix = path.suffix if len(path.suffix.encode()) <= LONGEST_SUFFIX else ""
    for number in count(2):
        ending = f" ({number if number <= NUMBERED else token_hex(4)}){suffix}"
        yield _cut(name.removesuffix(suffix), LIMIT - len(ending.encode())) + ending


def _cut(text: str, most: int) -> str:
    """As much of its beginning as has at most `most` bytes."""
    return text.encode()[:most].decode(errors="ignore")
