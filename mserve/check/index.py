"""Whether the site's indexes hold what is there, and only that."""

from collections.abc import Iterator
from typing import Any

from mserve.check.finding import Finding, path
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
            if repair:
                site.register(node)
            yield Finding("index", path(node), "its id is not in the index", repair)
        for key in (node.keys or {}).values():
            if site.key_index.get(key.digest) is not key:
                if repair:
                    site.key_index[key.digest] = key
                yield Finding("index", path(node), f"its key {key.id} is not in the index", repair)


def _stale(site: Any, repair: bool) -> Iterator[Finding]:
    trashed = set(_in_trash(site))
    for id, thing in [*site.ids.items()]:
        job = isinstance(thing, Job)
        there = thing.sort_key in thing.service.jobs if job else thing.in_tree or id in trashed
        if not there:
            if repair:
                site.ids.discard(id)
            yield Finding("index", id, "it is in the index and not in the tree", repair)


def _in_trash(site: Any) -> Iterator[str]:
    for node in site.walk():
        for trashed in node.all_trash() if node.type == "service" else ():
            yield trashed.node.id
            if isinstance(trashed.node, Branch):
                yield from (each.id for each in trashed.node.walk())


def _runs(site: Any, name: str, states: tuple[str, ...], repair: bool) -> Iterator[Finding]:
    index = getattr(site, name)
    for id, _ in [*index.items()]:
        run = site.run(id)
        if run is None or run.state not in states:
            if repair:
                index.discard(id)
            yield Finding("index", id, f"it is in the index {name} and is not {states[0]}", repair)


def _active(site: Any, repair: bool) -> Iterator[Finding]:
    for id, job in [*site.active.items()]:
        if job.outcome is not None:
            if repair:
                site.active.discard(id)
            yield Finding("index", id, "the job has ended and is in the index active", repair)


def _locked(site: Any, repair: bool) -> Iterator[Finding]:
    """What has ended may stand there until it is swept."""
    wanted = {
        lock.key_of(node): node
        for node in site.walk()
        if node.locking is not None and node.locking.live
    }
    for key, node in wanted.items():
        if site.locked.get(key) is not node:
            if repair:
                site.locked[key] = node
            yield Finding("index", path(node), "it is locked and not in the index locked", repair)
    for key, node in [*site.locked.items()]:
        if key not in wanted and (node.locking is None or node.locking.live):
            if repair:
                site.locked.discard(key)
            yield Finding("index", key, "it is in the index locked and not locked there", repair)


def _deposits(site: Any, repair: bool) -> Iterator[Finding]:
    for depositor, entries in site.deposits.of.items():
        for key, id in [*entries.items()]:
            deposit = getattr(site.ids.get(id), "deposit", None)
            if deposit is None or depositor not in deposit.depositor:
                if repair:
                    entries.discard(key)
                yield Finding("index", id, "no such file was deposited", repair)


def _reserved(site: Any, repair: bool) -> Iterator[Finding]:
    """What stands there and is reserved no more is swept."""
    for node in site.walk():
        if getattr(node, "reserved", False) and node.id not in site.reserved:
            if repair:
                site.reserved[node.id] = node
            yield Finding("index", path(node), "it is reserved, and not in the index", repair)


def _leftovers(site: Any, repair: bool) -> Iterator[Finding]:
    """What stands there under another name by now is left alone."""
    for node in site.walk():
        if not isinstance(node, Mfile) or not is_temporary(str(node.__name__)):
            continue
        if key_of(node) not in node.find("service").leftovers:
            if repair:
                note(node)
            yield Finding("index", path(node), "a program's own, and not in the index", repair)
