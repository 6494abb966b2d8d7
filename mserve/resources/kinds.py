"""Kinds of the bytes that were kept before they were told apart: counted once, by a step."""

from typing import Any

from mserve.resources import clock
from mserve.resources.figure import Figure
from mserve.resources.mark import UNKNOWN
from mserve.resources.metering import enter
from mserve.resources.metrics import TRASH, VERSIONS
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch
from mserve.resources.standing import Standing


def count_kinds(site: Any, service: Any) -> None:
    """What is former, and in the trash, of all that the service keeps."""
    for node in service.walk():
        _count_versions(site, node, paid=True)
    for trashed in service.all_trash():
        top = trashed.node
        for node in (top, *(top.walk() if isinstance(top, Branch) else ())):
            _count_versions(site, node, paid=False)
        for part in Standing.of(site, top).parts:
            changes = {TRASH: Figure.of(part.size)}
            enter(service.lineage(), changes, clock.now(), part.mark.payer, part.mark.tags)


def _count_versions(site: Any, mfile: Any, *, paid: bool) -> None:
    for number, version in (mfile.versions or {}).items() if isinstance(mfile, Mfile) else ():
        mark, changes = (
            mfile.marks.get(number, UNKNOWN),
            {VERSIONS: Figure.of(version.content.size)},
        )
        payer = mark.payer if paid else ()
        enter(mfile.lineage(), changes, clock.now(), payer, mark.tags, site=site)
