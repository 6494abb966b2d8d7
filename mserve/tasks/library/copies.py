"""The backup, archive and retrieve tasks: copies of the bytes in the folders that the ini names."""

from collections.abc import Callable
from pathlib import Path

from mserve.errors import TaskError
from mserve.tasks.outcome import Copied, Outcome, Returned
from mserve.tasks.registry import task
from mserve.tasks.source import Source
from mserve.vault import ARCHIVE, BACKUP, Vault, where

SECONDS = 24 * 3600.0
PASSES = 2  # over the bytes: one to copy, one to read the copy back


@task("backup", timeout=SECONDS, away=True)
def backup(source: Source) -> Outcome:
    """Keep a verified copy in the backup folder.

    A copy that is there is read again, and made anew where it is damaged.
    """
    return Outcome(_copy(source, BACKUP), copied=Copied(BACKUP))


@task("archive", timeout=SECONDS, away=True)
def archive(source: Source) -> Outcome:
    """Move the bytes to the archive folder: what is here goes once the copy there is verified.

    Of what is in the archive already the copy is verified.
    """
    return Outcome(_copy(source, ARCHIVE), copied=Copied(ARCHIVE, only=True))


@task("retrieve", timeout=SECONDS, away=True)
def retrieve(source: Source) -> Outcome:
    """Bring the bytes back from the archive; the copy there stays.

    Where that is damaged or has gone, a copy in the backup folder will do.
    """
    if Vault.demand(ARCHIVE).folder not in source.path.parents:
        return Outcome({"stored": "here"})
    path = source.scratch / "content"
    result = {"stored": "here", "from": _fetch(source, path)}
    return Outcome(result, outputs=(Returned("content", path, source.mimetype),))


def _fetch(source: Source, path: Path) -> str:
    """Writes the bytes to `path`; returns the name of the vault that had them."""
    try:
        Vault.demand(ARCHIVE).fetch(source.sha256, path, _teller(source, 1))
        return ARCHIVE
    except TaskError:
        backup = Vault.find(BACKUP)
        if backup is None or not backup.place(source.sha256).exists():
            raise
        path.unlink(missing_ok=True)
        backup.fetch(source.sha256, path, _teller(source, 1))
        return BACKUP


def _copy(source: Source, name: str) -> dict[str, str]:
    vault = Vault.demand(name)
    became = vault.take(source.path, source.sha256, _teller(source, PASSES))
    return {"where": where(source.sha256), "sha256": source.sha256, "copy": became}


def _teller(source: Source, passes: int) -> Callable[[int], None]:
    done = 0

    def tell(count: int) -> None:
        nonlocal done
        done += count
        source.progress(done / max(1, done, passes * source.size), f"{done} bytes read")

    return tell
