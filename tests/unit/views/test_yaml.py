"""YAML that comes means JSON and nothing else; what is written is read back by old and new YAML."""

from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as some

from mserve.errors import BadInput
from mserve.views import yaml

TEXT = some.text(some.characters(exclude_categories=["Cs"]), max_size=20)
ODD = ["0o17", "1e3", "on", "2026-01-01", "7:30", "~", "a\nb\n", "a\n b ", "\x85", "<<", "#", "1_0"]
LEAVES = some.none() | some.booleans() | some.integers() | TEXT | some.sampled_from(ODD)
LEAVES |= some.floats(allow_nan=False, allow_infinity=False)
JSON = some.recursive(
    LEAVES,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(TEXT, inner, max_size=4),
)


@given(some.dictionaries(TEXT, JSON))
def test_what_is_written_is_read_back(document: dict[str, Any]) -> None:
    text = yaml.written(document)
    assert yaml.Reading(text).found == document
    assert pyyaml.safe_load(text) == document


def test_texts_are_texts_as_in_yaml_1_2() -> None:
    text = "a: on\nb: 2026-01-01\nc: 7:30\nd: 0 7 * * *\ne: 1e3\nf: '5'\ng: |\n  x\n  y\nh:\n"
    found = yaml.Reading(text).found
    assert [*found.values()] == [
        "on",
        "2026-01-01",
        "7:30",
        "0 7 * * *",
        1000.0,
        "5",
        "x\ny\n",
        None,
    ]


def test_it_is_known_where_what_stands() -> None:
    reading = yaml.Reading("a:\n  - b: 1\n    c/d: [x, y]\n")
    assert reading.line_of("/a/0/c~1d/1") == (3, 14)
    assert reading.line_of("/a/0/nothing/at/all") == (2, 5)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: &x [1]\nb: *x", "line 1, column 4"),
        ("a: 1\nb: *x", "line 2, column 4"),
        ("a: !!python/object/apply:os.system [ls]", "line 1, column 4"),
        ("a: 1\nb: 2\na: 3", "line 3, column 1"),
        ("1: a", "line 1, column 1"),
        ("? [a]\n: b", "line 1, column 3"),
        ("a: [1,", "line 2, column 1"),
        ("a: .nan", "line 1, column 4"),
        ("a: 1e999", "line 1, column 4"),
        ("--- {}\n--- {}", "line 2, column 1"),
        ("a:\n\t- b", "line 2, column 1"),
        ("[" * 5000, "line 1, column"),
        ("a: \0", "position 3"),
    ],
)
def test_what_is_not_taken_is_told_with_its_place(text: str, place: str) -> None:
    with pytest.raises(BadInput, match=place):
        yaml.Reading(text)


def test_half_a_surrogate_pair_is_written_as_unknown() -> None:
    assert yaml.Reading(yaml.written({"a\ud800": "\udc00"})).found == {"a?": "?"}
