"""Arguments of tasks, checked against the annotations before anything runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

from mserve.errors import TaskError
from mserve.tasks.registry import Source, Task, task


def task_of(function: Callable[..., Any]) -> Task:
    marked: Any = task("a")(function)
    assert isinstance(marked.task, Task)
    return marked.task


def typed(
    source: Source,
    *,
    count: int = 1,
    share: float = 1.0,
    label: str = "",
    loud: bool = False,
    kind: Literal["a", "b", 3] = "a",
    ends: "int | None" = None,
    size: Annotated[int, range(1, 101)] = 1,
    tags: list[str] = [],  # noqa: B006 - never changed
    more: dict[str, int] | str = "",
    free: Any = None,
) -> None:
    """Takes everything."""


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"count": 5, "share": 2, "label": "x", "loud": True, "kind": "b"},
        {"share": 0.5, "kind": 3, "ends": None, "size": 100},
        {"ends": 5, "tags": ["a"], "more": {"a": 1}, "free": object()},
        {"more": "x"},
    ],
)
def test_arguments_that_fit(arguments: dict[str, Any]) -> None:
    assert task_of(typed).check(arguments) == []


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({"count": "5"}, "count should be a whole number, not '5'"),
        ({"count": 5.0}, "count should be a whole number, not 5.0"),
        ({"count": True}, "count should be a whole number, not True"),
        ({"count": None}, "count should be a whole number, not None"),
        ({"share": "x"}, "share should be a number, not 'x'"),
        ({"share": False}, "share should be a number, not False"),
        ({"label": 5}, "label should be a text, not 5"),
        ({"loud": 1}, "loud should be true or false, not 1"),
        ({"kind": "c"}, "kind should be one of a, b, 3, not 'c'"),
        ({"kind": ["a"]}, "kind should be one of a, b, 3, not ['a']"),
        ({"ends": "x"}, "ends should be a whole number or null, not 'x'"),
        ({"size": 0}, "size should be from 1 to 100, not 0"),
        ({"size": "1"}, "size should be a whole number, not '1'"),
        ({"tags": "a"}, "tags should be a list, not 'a'"),
        ({"more": 1}, "more should be a mapping or a text, not 1"),
        ({"label": ["x"] * 99}, "label should be a text, not " + repr(["x"] * 99)[:80]),
    ],
)
def test_arguments_that_do_not(arguments: dict[str, Any], fault: str) -> None:
    assert task_of(typed).check(arguments) == [fault]


def test_all_faults_are_told_and_nothing_runs() -> None:
    ran, path = [], Path("nowhere")

    def needy(source: Source, *, name: str, age: int) -> None:
        ran.append(name)

    faults = task_of(needy).check({"age": "old", "colour": 1})
    assert faults == [
        "unknown argument 'colour'; known: name, age",
        "name is missing",
        "age should be a whole number, not 'old'",
    ]
    assert task_of(lambda source: None).check({"x": 1}) == ["unknown argument 'x'; known: none"]
    with pytest.raises(TaskError, match=r"task a: unknown argument 'colour'.*name is missing"):
        task_of(needy).run(Source(path, "", "", 0, path), {"age": "old", "colour": 1})
    assert not ran
