"""What people type into fields: numbers of bytes, times in a zone, arguments of tasks."""

from types import SimpleNamespace
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mserve.errors import BadInput
from mserve.resources import clock
from mserve.tasks.forms import schema
from mserve.tasks.parameters import read_parameters
from mserve.views.html import amounts, arguments, moments


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", None), (" ", None), ("0", 0), ("1500", 1500), ("10 MiB", 10 << 20),
        ("10mib", 10 << 20),
        ("2.5 GB", 2_500_000_000), ("1,5 KiB", 1536), ("3 B", 3),
    ],
)  # fmt: skip
def test_a_number_of_bytes_is_read(text: str, number: int | None) -> None:
    assert amounts.read(text) == number


@pytest.mark.parametrize("text", ["many", "-1", "1.2.3", "5 QB", "１", "9" * 30, "MiB"])
def test_what_is_no_number_of_bytes_is_told(text: str) -> None:
    with pytest.raises(BadInput, match="should be a number of bytes"):
        amounts.read(text)


@given(st.integers(0, 1 << 60))
def test_what_is_written_means_the_same_bytes(number: int) -> None:
    assert amounts.read(amounts.written(number)) == number


@given(st.integers(-(10**10), 10**11), st.sampled_from(["UTC", "Asia/Tokyo", "America/Lima"]))
def test_a_time_is_written_and_read_in_a_zone(seconds: int, zone: str) -> None:
    text = moments.written(seconds * clock.SECOND, zone)
    assert clock.parse(moments.read(text, zone)) == seconds * clock.SECOND


def test_a_time_is_of_the_zone_that_is_said() -> None:
    assert moments.read("2026-07-01T12:00", "Europe/Berlin") == "2026-07-01T10:00:00+00:00"
    assert (moments.read("", "UTC"), moments.written(None, "UTC")) == (None, "")
    for text, zone in (("tomorrow", "UTC"), ("2026-07-01T12:00", "Middle/Earth")):
        with pytest.raises(BadInput, match="should be"):
            moments.read(text, zone)


def sample(
    source: Any, *, to: str | list[str], heights: list[int] | None = None, at: float | str = "10%",
    kind: Literal["md5", "sha1"] = "md5", width: Annotated[int, range(1, 4097)] = 210,
    attach: bool = False, words: str = "", more: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """A task with parameters of all types."""


TASK = SimpleNamespace(parameters=read_parameters(sample))
KINDS = {
    name: arguments.kinds_of(each) for name, each in schema(TASK.parameters)["properties"].items()
}
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
)


@given(st.sampled_from(sorted(KINDS)), st.text(st.characters(codec="utf-8")))
def test_a_text_comes_back_as_it_was(name: str, text: str) -> None:
    if "string" in KINDS[name]:
        assert arguments.value_of(arguments.written(text, KINDS[name]), KINDS[name]) == text


@given(JSON)
def test_any_value_comes_back_as_it_was(value: Any) -> None:
    assert arguments.value_of(arguments.written(value, ()), ()) == value


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("to", "anna@example.com", "anna@example.com"), ("to", '["a", "b"]', ["a", "b"]),
        ("heights", "[360, 720]", [360, 720]), ("heights", "many", "many"), ("at", "3.5", 3.5),
        ("at", "10%", "10%"), ("at", '"7"', "7"), ("kind", "sha1", "sha1"), ("width", "12", 12),
        ("width", "wide", "wide"), ("width", "NaN", "NaN"), ("attach", "true", True),
        ("words", "12", "12"), ("words", '""', ""), ("more", '{"a": 1}', {"a": 1}),
        ("more", "[" * 100_000, "[" * 100_000), ("more", '"\\ud800"', '"\\ud800"'),
    ],
)  # fmt: skip
def test_what_is_typed_is_of_the_type_that_the_task_takes(name: str, text: str, value: Any) -> None:
    found = arguments.value_of(text, KINDS[name])
    assert (found, type(found)) == (value, type(value))


def test_each_parameter_has_a_field_and_what_is_unknown_too() -> None:
    shown = {each.name: each for each in arguments.shown(TASK, {"width": 300, "gone": [1]})}
    assert [*shown] == [*KINDS, "gone"]
    assert shown["kind"].options == ("md5", "sha1") and shown["attach"].options == ("true", "false")
    assert (shown["width"].text, shown["width"].limits) == ("300", (1, 4096))
    assert shown["to"].needed and not shown["at"].needed and shown["at"].usual == "10%"
    assert (shown["gone"].text, shown["gone"].known) == ("[1]", False)
