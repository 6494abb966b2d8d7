"""Tasks: how they are marked, found, checked and run; and that docs/tasks.md tells the truth."""

import configparser
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mserve.errors import DuplicateTask, SettingsError
from mserve.tasks.condition import Condition
from mserve.tasks.registry import Source, TaskRegistry, task

DOCS = Path(__file__).parents[3] / "docs" / "tasks.md"
BUILT_IN = [
    "archive", "audio_metadata", "backup", "checksum", "command", "email", "fetch", "hls",
    "image_metadata", "mime", "pages", "poster", "retrieve", "text_extract", "thumbnail",
    "transcode", "verify", "video_metadata", "video_poster", "video_proxy",
    "video_thumbnail", "waveform", "web_service", "webhook",
]  # fmt: skip
FIVE_LINES = """
from mserve.tasks.registry import task
@task("words")
def words(source):
    return {"words": len(source.path.read_text().split())}
"""


@pytest.fixture
def source(tmp_path: Path) -> Source:
    (tmp_path / "content").write_text("three short words")
    (tmp_path / "scratch").mkdir()
    return Source(tmp_path / "content", "a.txt", "text/plain", 17, tmp_path / "scratch")


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """module(text, name) makes a module that can be imported, and gives its name."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(text: str, name: str = "strangers_tasks") -> str:
        (tmp_path / f"{name}.py").write_text(text, "utf-8")
        return name

    yield make
    for path in tmp_path.glob("*.py"):
        sys.modules.pop(path.stem, None)


def announce(folder: Path, *points: str) -> None:
    """Make a distribution in `folder` look installed, with these entry points."""
    metadata = folder / "strangers-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: strangers\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("\n".join(["[mserve.tasks]", *points]))


def test_the_built_in_tasks_are_there() -> None:
    tasks = TaskRegistry.load()
    assert [*tasks] == BUILT_IN and len(tasks) == len(BUILT_IN)
    assert tasks["thumbnail"].summary == "Make a small picture for listings."
    assert "sculpture" not in tasks
    with pytest.raises(TypeError):
        tasks["b"] = tasks["mime"]  # type: ignore[index]  # which is what is tested


def test_a_stranger_s_task_in_five_lines(module: Any, source: Source) -> None:
    tasks = TaskRegistry.load([module(FIVE_LINES)])
    assert [*tasks] == sorted([*BUILT_IN, "words"])
    assert tasks["words"].run(source, {}).result == {"words": 3}


@pytest.mark.parametrize("point", ["shop = strangers_tasks", "words = strangers_tasks:words"])
def test_an_installed_package_announces_its_tasks(module: Any, tmp_path: Path, point: str) -> None:
    module(FIVE_LINES)
    announce(tmp_path, point)
    assert "words" in TaskRegistry.load()


def test_a_module_named_twice_or_importing_another_s_task_is_no_clash(module: Any) -> None:
    module(FIVE_LINES)
    module("from strangers_tasks import words\nagain = words", "others")
    assert "words" in TaskRegistry.load(["strangers_tasks", "others", "strangers_tasks"])


def test_two_tasks_of_one_name_stop_the_start(module: Any) -> None:
    module(FIVE_LINES.replace('"words"', '"mime"', 1))
    with pytest.raises(DuplicateTask) as caught:
        TaskRegistry.load(["strangers_tasks"])
    assert str(caught.value) == (
        "two tasks are called 'mime': mserve.tasks.library.mime.mime and strangers_tasks.words"
    )


def test_all_that_cannot_be_imported_is_told_at_once(module: Any, tmp_path: Path) -> None:
    module("1 / 0", "broken")
    module("x = 1", "empty")
    announce(tmp_path, "gone = no.such.place", "lost = empty:nothing", "plain = empty:x")
    with pytest.raises(SettingsError) as caught:
        TaskRegistry.load(["broken", "empty", "missing.module"])
    told = "\n".join(caught.value.faults)
    assert len(caught.value.faults) == 6
    assert "entry point gone = no.such.place in group mserve.tasks: cannot be imported" in told
    assert "entry point lost = empty:nothing" in told and "'nothing'" in told
    assert "entry point plain = empty:x in group mserve.tasks: there is no function with" in told
    assert "mserve.tasks = broken: cannot be imported: ZeroDivisionError: division by zero" in told
    assert "mserve.tasks = empty: there is no function with @task in it" in told
    assert "mserve.tasks = missing.module: cannot be imported: ModuleNotFoundError" in told


@pytest.mark.parametrize("name", ["", "A", "1a", "a b", "-", "a/b", "é", "a\n"])
def test_names_that_no_task_can_have(name: str) -> None:
    with pytest.raises(ValueError, match="is no name of a task"):
        task(name)


@pytest.mark.parametrize(
    "function",
    [
        lambda: None,
        lambda *, source: None,
        lambda source, width: None,
        lambda source, *more: None,
        lambda source, **more: None,
    ],
)
def test_functions_that_cannot_be_tasks(function: Any) -> None:
    with pytest.raises(TypeError, match="the source, then keywords only"):
        task("a")(function)


def test_a_marked_function_stays_a_function(source: Source) -> None:
    @task("video.proxy-2", timeout=5)
    def proxy(source: Source, *, width: int = 1) -> dict[str, int]:
        """Make it small.

        And more words.
        """
        return {"width": width}

    marked: Any = proxy
    assert proxy(source, width=7) == {"width": 7}
    assert (marked.task.name, marked.task.timeout) == ("video.proxy-2", 5)
    assert marked.task.summary == "Make it small."


def test_progress_stays_between_0_and_1(source: Source) -> None:
    told: list[Any] = []
    listened = Source(
        source.path, "a", "", 17, source.scratch, report=lambda *words: told.append(words)
    )
    for fraction in (-1, 0.5, 7):
        listened.progress(fraction, "on the way")
    assert told == [(0, "on the way"), (0.5, "on the way"), (1, "on the way")]
    source.progress(1)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)


def test_the_code_of_the_handbook_runs(module: Any) -> None:
    module("\n".join(blocks("python")), "shop_tasks")
    (line, points) = blocks("ini")
    assert [*TaskRegistry.load(line.partition("=")[2].split())] == sorted(
        [*BUILT_IN, "head", "inside", "lines", "remind"]
    )
    parser = configparser.ConfigParser()
    parser.read_string(points)
    assert parser["options.entry_points"]["mserve.tasks"].strip() == "shop = shop_tasks"


def test_the_conditions_of_the_handbook_parse() -> None:
    (lines,) = blocks("cel")
    assert [Condition.parse(line) for line in lines.splitlines()]


def test_the_handbook_names_all_built_in_tasks() -> None:
    table = DOCS.read_text("utf-8").rpartition("## ")[2]
    assert sorted(re.findall(r"^\| `([a-z_.-]+)` \|", table, re.M)) == BUILT_IN
