"""Whether the site's indexes hold what is there, and only that."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from mserve.check.finding import Finding, path, wrong
from mserve.resources import lock
from mserve.resources.job import Job
from mserve.resources.leftovers import key_of, note
from mserve.resources.mfile import Mfile
from mserve.resources.names import is_temporary
from mserve.resources.node import Branch
from mserve.resources.run import AWAITING, DUE, RUNNING


def check(site: Any, repair: bool) -> Iterator[Finding]:
    """Stale and missing entries of the indexes."""
    yield from _missing(site, repair)
    yield from _stale(site, repair)
    yield from _runs(site, "due", (DUE,), repair)
    yield from _runs(site, "running", (RUNNING, AWAITING), repair)
    yield from _active(site, repair)
    yield from _locked(site, repair)
    yield from _deposits(site, repair)
    yield from _reserved(site, repair)
    yield from _leftovers(site, repair)


def _missing(site: Any, repair: bool) -> Iterator[Finding]:
    for node in (site, *site.walk()):
        if site.ids.get(node.id) is not node:
            yield _wrong(path(node), "its id is not in the index", repair, site.register, node)
        yield from _missing_keys(site, node, repair)


def _missing_keys(site: Any, node: Any, repair: bool) -> Iterator[Finding]:
    for key in (node.keys or {}).values():
        if site.key_index.get(key.digest) is not key:
            enter = site.key_index.__setitem__
            words = f"its key {key.id} is not in the index"
            yield _wrong(path(node), words, repair, enter, key.digest, key)


def _stale(site: Any, repair: bool) -> Iterator[Finding]:
    trashed = set(_in_trash(site))
    for id, thing in [*site.ids.items()]:
        job = isinstance(thing, Job)
        there = thing.sort_key in thing.service.jobs if job else thing.in_tree or id in trashed
        if not there:
            yield _wrong(id, "it is in the index and not in the tree", repair, site.ids.discard, id)


def _in_trash(site: Any) -> Iterator[str]:
    for node in site.walk():
        for trashed in node.all_trash() if node.type == "service" else ():
            yield trashed.node.id
            if isinstance(trashed.node, Branch):
                yield from (each.id for each in trashed.node.walk())


def _runs(site: Any, name: str, states: tuple[str, ...], repair: bool) -> Iterator[Finding]:
    index, words = getattr(site, name), f"it is in the index {name} and is not {states[0]}"
    for id, _ in [*index.items()]:
        run = site.run(id)
        if run is None or run.state not in states:
            yield _wrong(id, words, repair, index.discard, id)


def _active(site: Any, repair: bool) -> Iterator[Finding]:
    words = "the job has ended and is in the index active"
    for id, job in [*site.active.items()]:
        if job.outcome is not None:
            yield _wrong(id, words, repair, site.active.discard, id)


def _locked(site: Any, repair: bool) -> Iterator[Finding]:
    """What has ended may stand there until it is swept."""
    locked, enter = (node for node in site.walk() if _is_locked(node)), site.locked.__setitem__
    wanted = {lock.key_of(node): node for node in locked}
    for key, node in wanted.items():
        if site.locked.get(key) is not node:
            words = "it is locked and not in the index locked"
            yield _wrong(path(node), words, repair, enter, key, node)
    for key, node in [*site.locked.items()]:
        if key not in wanted and (node.locking is None or node.locking.live):
            words = "it is in the index locked and not locked there"
            yield _wrong(key, words, repair, site.locked.discard, key)


def _is_locked(node: Any) -> bool:
    return node.locking is not None and bool(node.locking.live)


def _deposits(site: Any, repair: bool) -> Iterator[Finding]:
    of_each = site.deposits.of.items()
    found = [(who, entries, *each) for who, entries in of_each for each in entries.items()]
    for depositor, entries, key, id in found:
        deposit = getattr(site.ids.get(id), "deposit", None)
        if deposit is None or depositor not in deposit.depositor:
            yield _wrong(id, "no such file was deposited", repair, entries.discard, key)


def _reserved(site: Any, repair: bool) -> Iterator[Finding]:
    """What stands there and is reserved no more is swept."""
    words, enter = "it is reserved, and not in the index", site.reserved.__setitem__
    for node in site.walk():
        if getattr(node, "reserved", False) and node.id not in site.reserved:
            yield _wrong(path(node), words, repair, enter, node.id, node)


def _leftovers(site: Any, repair: bool) -> Iterator[Finding]:
    """What stands there under another name by now is left alone."""
    for node in site.walk():
        if not isinstance(node, Mfile) or not is_temporary(str(node.__name__)):
            continue
        if key_of(node) not in node.find("service").leftovers:
            words = "a program's own, and not in the index"
            yield _wrong(path(node), words, repair, note, node)


def _wrong(
    where: str, what: str, repair: bool, mend: Callable[..., object], *arguments: object
) -> Finding:
    return wrong("index", where, what, repair, partial(mend, *arguments))
