"""`mserve task`: a task is run by hand as a worker would run it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mserve.cli import main


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.ppm"
    path.write_bytes(b"P6 400 300 255\n" + bytes(400 * 300 * 3))
    return path


def task(*words: Any) -> Result:
    return CliRunner().invoke(main, ["task", *map(str, words)])


def test_the_tasks_are_listed() -> None:
    found = task("list")
    assert found.exit_code == 0
    assert "Compute a checksum of the whole file." in found.output


def test_a_task_shows_what_it_gives(file: Path) -> None:
    found = task("run", "checksum", file, "algorithm=sha1")
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    assert told["result"]["algorithm"] == "sha1" and len(told["result"]["checksum"]) == 40


def test_what_it_makes_lands_in_the_folder(file: Path, tmp_path: Path) -> None:
    words = ("run", "thumbnail", file, "width=100", "--output", tmp_path / "made")
    found = task(*words)
    assert found.exit_code == 0, found.output
    [output] = json.loads(found.stdout)["outputs"]
    assert Path(output["path"]).read_bytes().startswith(b"\xff\xd8")
    again = task(*words)
    assert again.exit_code != 0 and "there already" in again.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nonsense",), "there is no task 'nonsense'; there are: archive, audio_metadata, "),
        (("checksum", "sha1"), "should be like width=300"),
        (("checksum", "algorithm=nonsense"), "one of md5"),
        (("thumbnail", "width=0"), "from 1 to 4096"),
        (("thumbnail", "colour=red"), "unknown argument 'colour'"),
    ],
)
def test_what_cannot_be_run_is_told(file: Path, words: tuple[str, ...], told: str) -> None:
    name, *arguments = words
    found = task("run", name, file, *arguments)
    assert found.exit_code == 1
    assert told in found.output


def test_tasks_of_others_are_run_too(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_tasks.py").write_text(
        "from mserve.tasks.registry import task\n\n\n"
        '@task("count")\ndef count(source):\n    """Count."""\n    return {"size": source.size}\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    found = task("run", "count", file, "--tasks", "own_tasks")
    assert json.loads(found.stdout)["result"] == {"size": file.stat().st_size}
