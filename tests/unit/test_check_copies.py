"""`mserve check` sees to the archive, and where asked to all copies and what nobody refers to."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mserve import database, evolve, ingest
from mserve.check import Finding, Scope, check
from mserve.resources.profile import TaskSpec
from mserve.settings import Settings
from mserve.tasks import engine
from mserve.vault import NAMES, Vault
from tests.unit.support import spool
from tests.unit.vaults import Hands, copy_in, with_vaults


@pytest.fixture
def lines(lines: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    return with_vaults(lines, tmp_path, monkeypatch)


@pytest.fixture
def db(settings: Settings) -> Iterator[Any]:
    """A tree with `kept`, which has a backup, and `away`, which is archived."""
    evolve.ensure(settings)
    db = database.open_database(settings)
    for name, task in (("kept", "backup"), ("away", "archive")):
        body = spool(db, name.encode())
        database.run(db, partial(store, name=name, task=task, body=body))
        body.discard()
    assert Hands(db, settings).work("backup", "archive") == ["backup done", "archive done"]
    yield db
    db.close()


def store(site: Any, name: str, task: str, body: Any) -> None:
    mfile = ingest.create(site["demo"]["files"], name, body).mfile
    engine.start_task(mfile, TaskSpec(task, task, {}))


def vaults() -> dict[str, Vault]:
    return {name: found for name in NAMES if (found := Vault.find(name))}


def scope(**more: Any) -> Scope:
    return Scope(**{"age": -1, "digests": True, "copies": True, "vaults": vaults(), **more})


def found(db: Any, **more: Any) -> list[Finding]:
    return [*check(db, scope(**more))]


def copy_of(db: Any, vault: str, name: str) -> Path:
    path = database.run(db, lambda site: copy_in(vault, site["demo"]["files"][name].content))
    path.chmod(0o600)
    return path


def test_sound_copies_are_no_findings(db: Any) -> None:
    assert found(db) == []


def test_an_archived_content_is_checked_in_any_case(db: Any) -> None:
    copy = copy_of(db, "archive", "away")
    assert "the ini has no mserve.archive" in found(db, vaults={}, copies=False)[0].what
    copy.write_bytes(b"rott")
    [finding] = found(db, copies=False)
    assert (finding.kind, finding.where) == ("content", "/demo/files/away")
    assert "SHA-256" in finding.what
    copy.unlink()
    assert "its bytes are gone" in found(db, copies=False)[0].what


def test_a_backup_is_checked_where_asked(db: Any) -> None:
    copy = copy_of(db, "backup", "kept")
    copy.write_bytes(b"rott")
    assert found(db, copies=False) == []
    [finding] = found(db, repair=True)
    assert (finding.kind, finding.where) == ("copy", "backup: /demo/files/kept")
    assert "SHA-256" in finding.what and not finding.mended
    copy.unlink()
    assert found(db)[0].what == "No such file or directory"


def test_a_copy_in_the_archive_goes_when_nobody_refers_to_it(db: Any) -> None:
    copy = copy_of(db, "archive", "away")
    database.run(db, lambda site: ingest.remove(site["demo"]["files"]["away"]))
    assert found(db) == []  # it is in the trash
    database.run(db, purge)
    [finding] = found(db)
    assert (finding.where, finding.what) == (str(copy), "nobody refers to it")
    assert found(db, age=3600) == []
    assert all(finding.mended for finding in found(db, repair=True))
    assert not copy.exists() and found(db) == []


def purge(site: Any) -> None:
    for trashed in [*site["demo"]["files"].all_trash()]:
        ingest.purge(trashed)


def test_a_copy_that_another_content_refers_to_stays(db: Any, settings: Settings) -> None:
    body = spool(db, b"away")  # the same bytes
    database.run(db, lambda site: store(site, "twin", "archive", body))
    body.discard()
    assert Hands(db, settings).work("archive") == ["archive done"]
    database.run(db, lambda site: ingest.remove(site["demo"]["files"]["away"]))
    database.run(db, purge)
    assert found(db, repair=True) == []
    assert copy_of(db, "archive", "twin").exists()


class Asked(Vault):
    """A vault of which all is asked for between the look at the tree and that at the folder."""

    def copies(self) -> Iterator[Path]:
        for path in super().copies():
            os.utime(path)
            yield path


def test_a_copy_that_is_asked_for_meanwhile_stays(db: Any) -> None:
    copy = copy_of(db, "archive", "away")
    database.run(db, lambda site: ingest.remove(site["demo"]["files"]["away"]))
    database.run(db, purge)
    busy = {"archive": Asked("archive", vaults()["archive"].folder)}
    assert found(db, repair=True, vaults=busy, age=0) == []
    assert copy.exists()


def test_a_backup_outlives_its_file(db: Any) -> None:
    copy = copy_of(db, "backup", "kept")
    database.run(db, lambda site: ingest.remove(site["demo"]["files"]["kept"]))
    database.run(db, purge)
    assert found(db, repair=True) == []
    assert copy.exists()


def test_what_broke_off_is_removed(db: Any) -> None:
    draft = copy_of(db, "backup", "kept").with_name(".draft-abc")
    draft.write_bytes(b"ke")
    [finding] = found(db)
    assert (finding.where, finding.what) == (str(draft), "a copy that broke off")
    assert found(db, repair=True)[0].mended
    assert not draft.exists()


def test_nothing_of_another_site_is_removed(db: Any) -> None:
    copy = copy_of(db, "archive", "away")
    stranger = copy.with_name("0" * 64)
    stranger.write_bytes(b"another site's")
    mark = vaults()["archive"].folder / "mserve.site"
    mark.write_text("another\n")
    [finding] = found(db, repair=True)
    assert "is not this site's" in finding.what and not finding.mended
    assert stranger.exists()
