"""Whether the copies that the tree tells of are in their vaults, and what is there beside them.

A copy in the archive to which no content refers any more is an orphan, as its file was removed for
good. One in the backup is not: it outlives its file.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mserve import database
from mserve.check.content import contents, mfiles, wrong
from mserve.check.finding import Finding, path
from mserve.resources.content import Content
from mserve.resources.job import Job
from mserve.vault import ARCHIVE, DRAFT, MARK, Vault

GRAIN = 0.01  # seconds that the times of files may be behind the clock


def check(db: Any, vault: Vault, digests: bool, age: float, repair: bool) -> Iterator[Finding]:
    """What is amiss with the copies in `vault`, and orphans from `age` seconds on."""
    began = time.time() - GRAIN  # what was asked for since is no orphan, whatever is seen here
    if vault.owner() != database.run(db, lambda site: site.id):
        yield Finding("copy", str(vault.folder), f"its file {MARK} is not this site's")
        return
    told, known = database.run(db, lambda site: _look(site, vault, digests))
    yield from told
    for file in vault.copies():
        draft = file.name.startswith(DRAFT)
        orphan = vault.name == ARCHIVE and file.name not in known
        if (draft or orphan) and _changed(file) < began - age:
            yield _orphan(file, "a copy that broke off" if draft else "nobody refers to it", repair)


def _look(site: Any, vault: Vault, digests: bool) -> tuple[list[Finding], set[str]]:
    """What is wrong with copies, and the SHA-256 of all that are referred to."""
    told: list[Finding] = []
    known: set[str] = set()
    for label, content in _all(site):
        if vault.name in content.copies and content.sha256 not in known:
            known.add(content.sha256)
            told += _compare(vault, label, content, digests)
    return told, known


def _all(site: Any) -> Iterator[tuple[str, Content]]:
    """Every content, those of jobs too."""
    for mfile in mfiles(site):
        for label, content in contents(mfile):
            yield f"{path(mfile)}{label}", content
        site._p_jar.cacheGC()
    for id, job in site.ids.items():
        if isinstance(job, Job):
            held = [] if job.content is None else [job.content]
            outputs = (output.content for run in job.all_runs() for output in run.outputs)
            yield from ((f"job {id}", content) for content in (*held, *outputs))


def _compare(vault: Vault, label: str, content: Content, digests: bool) -> Iterator[Finding]:
    try:
        fault = wrong(vault.place(content.sha256), content, digests)
    except OSError as gone:
        fault = gone.strerror
    if fault is not None:
        yield Finding("copy", f"{vault.name}: {label}", fault)


def _changed(file: Path) -> float:
    try:
        return file.stat().st_ctime
    except FileNotFoundError:  # a draft that has become a copy
        return time.time()


def _orphan(file: Path, what: str, repair: bool) -> Finding:
    if repair:
        os.unlink(file)
    return Finding("copy", str(file), what, repair)
