"""Checks of folders: how much room there is, whether blobs can be written, what the front logs."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mserve.settings import Settings
from mserve.views.html.languages import _
from mserve.views.status.check import FINE, LOOK, WRONG, Check, days, size

SCARCE, NEARLY = 0.10, 0.02  # of a disc that are free
ENOUGH = 50 << 30  # bytes, of which a tenth need not be free


def checks(settings: Settings, db: Any) -> Iterator[Check]:
    blobs = Path(db.storage.temporaryDirectory())
    yield _room(_("Disc of the data folder"), settings.data)
    yield _room(_("Disc of the content"), blobs)
    yield _writable(blobs)
    if settings.usage.front_log is not None:
        yield _front_log(settings.usage.front_log)


def _room(name: str, folder: Path) -> Check:
    used = shutil.disk_usage(folder)
    share = used.free / used.total if used.total else 0.0
    values = {"free": size(used.free), "total": size(used.total), "folder": str(folder)}
    detail = _("%(free)s of %(total)s are free in %(folder)s")
    advice = _(
        "Make room or a larger disc: uploads are refused when it is full. What is in the trash,"
        " former versions and what was packed away take room, too."
    )
    if share < NEARLY:
        return Check(name, WRONG, detail, advice, values)
    if share < SCARCE and used.free < ENOUGH:
        return Check(name, LOOK, detail, advice, values)
    return Check(name, FINE, detail, values=values)


def _writable(folder: Path) -> Check:
    values = {"folder": str(folder)}
    if os.access(folder, os.W_OK | os.X_OK):
        return Check(_("Folder of uploads"), FINE, _("%(folder)s can be written"), values=values)
    return Check(
        _("Folder of uploads"), WRONG, _("%(folder)s cannot be written"),
        _("Give it to the user that mserve runs as, and see whether its file system is mounted"
          " for writing."), values,
    )  # fmt: skip


def _front_log(path: Path) -> Check:
    values = {"path": str(path)}
    if not os.access(path, os.R_OK):
        return Check(
            _("Log of the front"), WRONG, _("%(path)s is not there, or cannot be read"),
            _("What nginx sends counts nowhere. See to the access_log in its configuration, and to"
              " who may read the log."), values,
        )  # fmt: skip
    values["age"] = days(max(0.0, time.time() - path.stat().st_mtime))
    return Check(_("Log of the front"), FINE, _("%(path)s was written %(age)s ago"), values=values)
