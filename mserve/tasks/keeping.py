"""Keeping: what tasks that copy, archive and retrieve have the tree know of a content.

A content leaves only when its archive has the copy, at that very moment; and the file that it was
stays until the database is packed. So no crash, at whatever moment, loses the only copy.
"""

import logging
from functools import partial
from typing import Any

from mserve import database
from mserve.errors import TaskError
from mserve.resources import metering, metrics
from mserve.resources.content import Content
from mserve.resources.job import Job
from mserve.resources.spool import Spool
from mserve.settings import Settings
from mserve.tasks.outcome import Copied, Output, Returned
from mserve.vault import ARCHIVE, BACKUP, MARK, NAMES, Vault

log = logging.getLogger(__name__)

METRICS = {BACKUP: metrics.BACKUP_FILE, ARCHIVE: metrics.ARCHIVED}


def note(job: Job, site: Any, copied: Copied) -> None:
    """Records a verified copy, and that the bytes are there alone if the task says so.

    Raises TaskError where the copy is not there, or its folder is another site's.
    """
    content = job.content
    if content is None:
        raise TaskError("a job without a file has nothing to keep")
    _check(content, site, Vault.demand(copied.vault))
    if copied.vault not in content.copies and job.in_tree:
        lineage, metric = job.mfile.lineage(), METRICS[copied.vault]
        metering.report(lineage, metric, content.size, payer=job.payer)
    content.note_copy(copied.vault)
    if copied.only:
        content.leave()


def _check(content: Content, site: Any, vault: Vault) -> None:
    place = vault.place(content.sha256)
    if vault.owner() != site.id:
        raise TaskError(f"the folder of the {vault.name} belongs to another site")
    if not place.is_file() or place.stat().st_size != content.size:
        raise TaskError(f"the copy in the {vault.name} has gone")


def taken_back(content: Content | None, output: Output, spool: Spool) -> bool:
    """Whether it is the content's own bytes, from the archive; they are stored here again then.

    Raises TaskError if others came.
    """
    if content is None or not isinstance(output, Returned):
        return False
    if (spool.sha256, spool.size) != (content.sha256, content.size):
        raise TaskError("what came from the archive are not the bytes of this content")
    if not content.here:
        content.come_back(spool.content())
    return True


def mark_vaults(db: Any, settings: Settings) -> None:
    """Makes the folders of the ini that are new the site's own; the log tells of those that aren't.

    A folder that was marked once and is not any more may be a disk that is not mounted.
    """
    id, known = database.run(db, lambda site: (site.id, site.vaults))
    for vault in filter(None, (Vault.find(name, settings.outlets) for name in NAMES)):
        try:
            if vault.name not in known:
                vault.mark(id)
                database.run(db, partial(_note_vault, vault.name))
        except OSError as fault:
            log.warning("mserve.%s = %s: %s", vault.name, vault.folder, fault.strerror)
        if vault.owner() != id:
            words = "mserve.%s = %s: its file %s is not this site's; tasks that need it will fail"
            log.warning(words, vault.name, vault.folder, MARK)


def _note_vault(name: str, site: Any) -> None:
    site.vaults |= {name}
