"""The database's version: checked at the start; each step is done once, in order, or not at all."""

import stat
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from mserve import database, evolve
from mserve.errors import SchemaMismatch
from mserve.resources.key import digest
from mserve.settings import Settings


@pytest.fixture
def tree(settings: Settings) -> Iterator[Any]:
    """A database as the present steps make it."""
    evolve.ensure(settings)
    db = database.open_database(settings)
    yield db
    db.close()


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The steps, to be added to by a test alone."""
    steps = [*evolve.STEPS]
    monkeypatch.setattr(evolve, "STEPS", steps)
    return steps


def note(name: str) -> Any:
    def step(site: Any) -> None:
        site.metadata = {**site.metadata, "steps": [*site.metadata.get("steps", []), name]}

    return step


def schema(db: Any) -> int:
    return int(database.run(db, lambda site: site.schema))


def test_a_new_database_is_of_the_newest_version(tree: Any) -> None:
    assert schema(tree) == len(evolve.STEPS)
    evolve.check(tree)
    assert evolve.evolve(tree) == 0


def test_steps_are_done_once_each_and_in_order(tree: Any, steps: list[Any]) -> None:
    steps += [note("a"), note("b")]
    assert evolve.evolve(tree) == 2
    assert evolve.evolve(tree) == 0
    steps.append(note("c"))
    assert evolve.evolve(tree) == 1
    assert database.run(tree, lambda site: site.metadata["steps"]) == ["a", "b", "c"]
    assert schema(tree) == len(steps)


def test_a_step_that_fails_leaves_what_was_before_it(tree: Any, steps: list[Any]) -> None:
    def broken(site: Any) -> None:
        note("half")(site)
        raise RuntimeError("power cut")

    before = len(steps)
    steps += [note("a"), broken, note("c")]
    with pytest.raises(RuntimeError):
        evolve.evolve(tree)
    assert schema(tree) == before + 1
    assert database.run(tree, lambda site: site.metadata["steps"]) == ["a"]
    steps[before + 1] = note("b")
    assert evolve.evolve(tree) == 2
    assert database.run(tree, lambda site: site.metadata["steps"]) == ["a", "b", "c"]


def test_a_step_that_another_process_has_done_is_not_done_again(
    tree: Any, steps: list[Any]
) -> None:
    steps.append(note("a"))
    number = len(steps) - 1
    for _ in range(2):
        database.run(tree, lambda site: evolve._take(number, site))
    assert database.run(tree, lambda site: site.metadata["steps"]) == ["a"]


@pytest.mark.parametrize(("more", "words"), [(1, "mserve evolve"), (-1, "newer mserve")])
def test_code_and_database_of_different_versions_do_not_start(
    settings: Settings, steps: list[Any], more: int, words: str
) -> None:
    evolve.ensure(settings)
    if more > 0:
        steps.append(note("a"))
    else:
        steps.pop()
    db = database.open_database(settings)
    try:
        with pytest.raises(SchemaMismatch, match=words):
            evolve.check(db)
        if more < 0:
            with pytest.raises(SchemaMismatch, match=words):
                evolve.evolve(db)
    finally:
        db.close()


def test_the_web_does_not_start_on_a_database_of_another_version(
    lines: dict[str, str], settings: Settings
) -> None:
    """In a process of its own, which is what a refusal to start ends."""
    evolve.ensure(settings)
    db = database.open_database(settings)
    database.run(db, lambda site: setattr(site, "schema", site.schema - 1))
    db.close()
    code = f"from mserve import main; main({{}}, **{lines!r})"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert found.returncode != 0
    assert "mserve evolve INI" in found.stderr


def test_a_database_without_a_site_is_told(settings: Settings) -> None:
    db = database.open_database(settings)
    try:
        with pytest.raises(SchemaMismatch, match="no site yet"):
            evolve.check(db)
    finally:
        db.close()


def test_ensuring_twice_is_ensuring_once(settings: Settings) -> None:
    evolve.ensure(settings)
    first = {path.name: path.read_text() for path in settings.data.glob("*.key")}
    evolve.ensure(settings)
    assert {path.name: path.read_text() for path in settings.data.glob("*.key")} == first
    db = database.open_database(settings)
    try:
        assert database.run(db, lambda s: (len(s.keys), [*s.children])) == (1, ["demo"])
        working = database.run(
            db, lambda s: [digest(v.strip()) in s.key_index for v in first.values()]
        )
        assert sorted(working) == [False, True, True]  # the seal is no key
    finally:
        db.close()


def test_the_first_keys_are_for_their_owner_alone(settings: Settings) -> None:
    evolve.ensure(settings)
    found = sorted(settings.data.glob("*.key"))
    assert [path.name for path in found] == ["admin.key", "demo.key", "seal.key"]
    for path in found:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_text().endswith("\n")


def test_the_demo_is_made_only_where_it_is_asked_for(lines: dict[str, str]) -> None:
    settings = Settings.parse({**lines, "mserve.demo": "false"})
    evolve.ensure(settings)
    assert sorted(path.name for path in settings.data.glob("*.key")) == ["admin.key", "seal.key"]
    db = database.open_database(settings)
    try:
        assert database.run(db, lambda site: [*site.children]) == []
    finally:
        db.close()
