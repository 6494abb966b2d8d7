"""Outcomes: what a task may return, and what is refused before it is recorded."""

from pathlib import Path

import pytest

from mserve.errors import TaskError
from mserve.tasks.outcome import Outcome, Output, Rendition


def test_what_a_task_may_return(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"x")
    output, rendition = Output("o", path, "text/plain"), Rendition("r", path, "image/png", 1, 1)
    assert Outcome.of(None) == Outcome()
    assert Outcome.of({"a": (1, 2)}) == Outcome({"a": [1, 2]})
    assert Outcome.of(output).outputs == (output,)
    assert Outcome.of(rendition).outputs == (rendition,)
    whole = Outcome({"a": 1}, {"md5": "0"}, (output, rendition))
    assert Outcome.of(whole) == whole


def test_a_result_is_copied() -> None:
    mine = {"a": [1]}
    outcome = Outcome.of(mine)
    mine["a"].append(2)
    assert outcome.result == {"a": [1]}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (5, "returned a int, not an Outcome"),
        ([1], "returned a list"),
        ({"a": object()}, "cannot be written as JSON"),
        ({"a": float("nan")}, "cannot be written as JSON"),
        ({("a", "b"): 1}, "cannot be written as JSON"),
        (Outcome(facts={"size": "5"}), "facts are texts: .'md5', 'mimetype'."),
        (Outcome(facts={"md5": b"5"}), "facts are texts"),  # type: ignore[dict-item]  # wrongly
        (Output("o", Path("/no/such/file"), "a/b"), "the output 'o' but wrote no such file"),
        (Output("o", Path("/"), "a/b"), "wrote no such file"),
        (Outcome(outputs=(Output("o", Path(__file__), "a/b"),) * 2), "two outputs called 'o'"),
    ],
)
def test_what_it_may_not(value: object, words: str) -> None:
    with pytest.raises(TaskError, match=words):
        Outcome.of(value)


def test_an_output_that_is_a_link_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("/etc/passwd")
    with pytest.raises(TaskError, match="wrote no such file"):
        Outcome.of(Output("o", link, "text/plain"))
