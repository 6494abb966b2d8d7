"""A site with a backup and an archive, and a runner that does at once what is due."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mserve import database
from mserve.settings import Settings
from mserve.tasks.queue import Queues
from mserve.tasks.registry import TaskRegistry
from mserve.tasks.runner import Runner
from mserve.vault import NAMES, Vault


def with_vaults(lines: dict[str, str], folder: Path, patch: pytest.MonkeyPatch) -> dict[str, str]:
    """The settings with both folders, which tasks find in the environment."""
    for name in NAMES:
        (folder / name).mkdir()
        patch.setenv(f"MSERVE_{name.upper()}", str(folder / name))
    return {**lines, **{f"mserve.{name}": str(folder / name) for name in NAMES}}


def copy_in(name: str, content: Any) -> Path:
    """Where the vault has the copy of a content."""
    vault = Vault.find(name)
    assert vault is not None
    return vault.place(content.sha256)


class Hands:
    """Does what is due, as a worker would, and all of it in this process."""

    def __init__(self, db: Any, settings: Settings) -> None:
        self.db = db
        queues = Queues.from_url(settings.redis)
        tasks = [replace(each, limits=None) for each in TaskRegistry.load(settings.tasks).values()]
        self.runner = Runner(db, TaskRegistry(tasks), queues, settings, "here")

    def work(self, *tasks: str) -> list[str]:
        """Has all that is due done; returns how each ended, as `archive done`."""
        ended: list[str] = []
        while due := database.run(self.db, lambda site: [*site.due.items()]):
            for run, (attempt, _, _) in due:
                self.runner.perform([run], attempt)
                ended.append(database.run(self.db, lambda site, run=run: _told(site.run(run))))
        return [each for each in ended if not tasks or each.partition(" ")[0] in tasks]


def _told(run: Any) -> str:
    return f"{run.spec.task} {run.state}"
