"""Conditions: what they can say, and what is refused when they are saved."""

import time
from typing import Any

import cel
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mserve.errors import BadInput, TaskError
from mserve.tasks.condition import ENTRIES, FUNCTIONS, LENGTH, Condition

VARIABLES: dict[str, Any] = {
    "mfile": {
        "name": "cat.png",
        "mimetype": "image/png",
        "size": 3000,
        "metadata": {"tags": ["pets", "home"], "rating": 4.5, "artist": None},
    },
    "service": {"name": "media", "priority": True},
    "job": {"trigger": "ingest"},
}


def holds(text: str) -> bool:
    return Condition.parse(text).holds(VARIABLES)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", True),
        ("  \n", True),
        ("true", True),
        ('mfile.mimetype.startsWith("image/") && mfile.size < 50000000', True),
        ('mfile.mimetype in ["image/png", "image/gif"]', True),
        ('mfile.mimetype.startsWith("video/") || mfile.size > 5000', False),
        ('!(job.trigger == "ingest")', False),
        ("service.priority", True),
        ("mfile.metadata.rating >= 4", True),
        ("mfile.metadata.artist == null", True),
        ('has(mfile.metadata.owner) && mfile.metadata.owner == "me"', False),
        ('"pets" in mfile.metadata.tags', True),
        ('mfile.metadata.tags.exists(tag, tag == "pets" && mfile.size > 1)', True),
        ('mfile.metadata.tags.all(tag, tag == "pets")', False),
        ('mfile.metadata.tags.exists_one(tag, tag.startsWith("p"))', True),
        (r'mfile.name.matches("^[a-z]+\\.png$")', True),
        ('mfile.size > 1 // in bytes\n && mfile.name != "a.map(b)"', True),
    ],
)
def test_conditions(text: str, wanted: bool) -> None:
    assert holds(text) is wanted


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mfile.size >", r"no CEL expression: line 1:13: Syntax error: mismatched input '<EOF>'"),
        ("(", "Syntax error"),
        ('"open', "Syntax error"),
        ("for", "reserved identifier"),
        ("99999999999999999999 > 1", "invalid int literal"),
        ("\0", "Syntax error"),
        ("\ud800", "no CEL expression"),
        ("__import__('os')", r"__import__\(\) is not offered; offered: bytes, contains"),
        ("mfile.size.foo() > 1", r"foo\(\) is not offered"),
        ("size > 1", "size is not known; known: job, mfile, service"),
        ("mfiles.size > 1 && x", "mfiles is not known.*x is not known"),
        ("mfile.metadata.tags.exists(tag, true) && other", "^other is not known"),
        ("[1].map(x, x).size() > 0", r"map\(\) is not offered; exists\(\) and all\(\) are"),
        ("[1].filter(x, x > 0) == []", r"filter\(\) is not offered"),
        ("[1].all(a, [1].all(b, true))", r"all\(\) cannot be used within a loop"),
        ('[1].all(a, "a".matches("b"))', r"matches\(\) cannot be used within a loop"),
        (" || ".join(["[1].all(a, true)"] * 5), "4 loops at most"),
        (" || ".join(['"a".matches("b")'] * 5), "4 matches at most"),
        (r'r"\" == "" || [1].all(a, [1].all(b, true)) || r"\" == ""', "within a loop"),
        ("true " * LENGTH, "may have 1000 characters; this one has 5000"),
        (None, "should be a text"),
        (3, "should be a text"),
    ],
)
def test_what_is_refused_when_it_is_saved(text: object, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        Condition.parse(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mfile.size", "condition mfile.size: gives 3000, neither true nor false"),
        ("mfile.nothing == 1", "there is no 'nothing'"),
        ("mfile.size > 'a'", "No such overload"),
        ("1 / 0 == 1", "division by zero"),
        ("9223372036854775807 + 1 > 0", "overflow"),
        ('mfile.name.matches("(")', "not a valid regex"),
        ("[1][7] == 1", "index out of bounds"),
        ("Foo{a: 1} == 1", "condition Foo"),
        ('timestamp("yesterday") == timestamp("today")', "timestamp"),
    ],
)
def test_what_cannot_be_evaluated(text: str, words: str) -> None:
    with pytest.raises(TaskError, match=words):
        holds(text)


def test_variables_that_are_missing_or_no_json() -> None:
    with pytest.raises(TaskError, match="service"):
        Condition.parse("service.priority").holds({"mfile": {}})
    with pytest.raises(TaskError, match="condition mfile == 1"):
        Condition.parse("mfile == 1").holds({"mfile": object()})


def test_loops_see_no_more_than_a_bounded_number_of_entries() -> None:
    looping, plain = Condition.parse("mfile.all(x, true)"), Condition.parse("mfile.size() > 0")
    assert looping.holds({"mfile": ["x"] * (ENTRIES - 1)})
    with pytest.raises(TaskError, match="more than 5000 entries"):
        looping.holds({"mfile": {"deep": [["x"] * ENTRIES]}})
    assert plain.holds({"mfile": ["x"] * (ENTRIES + 1)})


def test_the_worst_that_can_be_said_ends_soon() -> None:
    entries = {"mfile": [*range(ENTRIES - 1)]}
    costly = " && ".join(["mfile.all(x, x in mfile && mfile == mfile)"] * 4)
    patterns = " || ".join([r'"a".matches("(\\w{50}){2}\\w")'] * 4)
    started = time.perf_counter()
    assert Condition.parse(costly).holds(entries)
    assert not Condition.parse(patterns).holds({})
    assert time.perf_counter() - started < 20  # about 2 s on a quiet machine


def test_every_function_that_is_offered_is_there() -> None:
    forms = [
        *('"a".{}("a")', '{}("1")', '{}("1s")', '{}("2020-01-01T00:00:00Z")'),
        *('timestamp("2020-01-01T00:00:00Z").{}()', 'duration("1s").{}()'),
    ]

    def works(function: str, form: str) -> bool:
        try:
            cel.evaluate(form.format(function))
        except (ValueError, TypeError, RuntimeError):
            return False
        return True

    assert [f for f in FUNCTIONS if not any(works(f, form) for form in forms)] == []


PIECES = [
    *("mfile", ".size", ".metadata", ".tags", "[0]", "(", ")", "[", "]", "{", "}", ",", ":", "?"),
    *("&&", "||", "==", "<", "+", "-", "/", "%", "!", "1", "2u", "1.5", "1e400", "0x1F", "null"),
    *('"a"', "'b'", 'b"\\xff"', 'r"\\"', '"\\ud800"', '"\\777"', '"""', '"', "'", "\\", "\0", "é"),
    *(" in ", ".all(x, ", ".exists(", ".matches(", "size(", "int(", "duration(", "timestamp("),
    *('"9999999999999h"', '"0000-00-00T00:00:00Z"', "-9223372036854775808", "//", "\n", "\ud800"),
]


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=14).map("".join)))
@example("(" * LENGTH)
@example("[" * LENGTH)
@example("!" * (LENGTH - 4) + "true")
@example("1" + "+1" * (LENGTH // 2 - 1))
@example("mfile" + ".a" * (LENGTH // 2 - 3))
def test_nothing_but_our_own_errors_comes_out(text: str) -> None:
    try:
        assert isinstance(holds(text), bool)
    except (BadInput, TaskError) as fault:
        assert str(fault)
