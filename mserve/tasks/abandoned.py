"""Abandoned files: temporary ones that nobody has written to for long, as a crash leaves them."""

import logging
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mserve.settings import Settings
from mserve.tasks.queue import Queues

log = logging.getLogger(__name__)

CLEANING_INTERVAL = 3600.0  # seconds
ABANDONED = 86_400.0  # seconds without a change, after which a temporary file is nobody's


def remove_abandoned_files(db: Any, settings: Settings, queues: Queues) -> None:
    """Removes temporary files that nobody has written to for a day."""
    remove_abandoned(Path(db.storage.temporaryDirectory()), ABANDONED)


def remove_abandoned(folder: Path, age: float) -> None:
    """Removes what lies in `folder` and has not been changed for `age` seconds."""
    for path in folder.iterdir():
        try:
            if not path.name.startswith(".") and time.time() - _changed(path) > age:
                _remove(path)
        except OSError as fault:  # its owner was faster, or it is not ours to remove
            log.debug("%s stays: %s", path, fault)


def _changed(path: Path) -> float:
    """When the file, or the folder or anything in it, was last changed (s since the epoch)."""
    below: Iterable[Path] = path.rglob("*") if _is_folder(path) else ()
    return max(each.lstat().st_mtime for each in (path, *below))


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _remove(path: Path) -> None:
    if _is_folder(path):
        shutil.rmtree(path)
    else:
        path.unlink()
    log.info("removed %s, abandoned", path)
