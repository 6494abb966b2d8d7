"""Cron lines: what is none, and which moments they name, also where clocks are put on or back."""

from typing import Any

import pytest

from mserve.errors import BadInput
from mserve.resources import clock, cron

BERLIN = "Europe/Berlin"


def named(line: str, zone: str, begin: str, number: int) -> list[str]:
    found = cron.several(line, zone, clock.parse(begin), number)
    return [str(clock.rfc3339(moment)).replace(":00.000000Z", "Z") for moment in found]


@pytest.mark.parametrize(
    "line",
    ["30 7 * * *", "*/15 8-18 * * mon-fri", "0 0 L * *", "0 6 * * 5#2", "0 0 29 2 *", "0 3 * * 7"],
)
def test_lines_that_can_be_used(line: str) -> None:
    assert cron.check_cron(f"  {line.replace(' ', '  ')} ") == line


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "five fields"),
        ("30 7 * *", "five fields"),
        ("0 30 7 * * *", "five fields"),
        ("@daily", "five fields"),
        ("R R * * *", "five fields"),
        ("H 7 * * *", "five fields"),
        ("60 7 * * *", "out of range"),
        ("*/0 * * * *", "step"),
        ("x 7 * * *", "not acceptable"),
        ("٣ 7 * * *", "five fields"),
        ("0 0 31 2 *", "never comes"),
        ("1," * 100 + "1 * * * *", "200 characters"),
        (7, "cron line"),
        (None, "cron line"),
    ],
)
def test_lines_that_cannot(line: Any, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        cron.check_cron(line)


@pytest.mark.parametrize("name", ["", "Berlin", "Europe", "../etc/passwd", "Europe/Berlin\0", 1])
def test_time_zones_that_there_are_not(name: Any) -> None:
    with pytest.raises(BadInput, match="IANA"):
        cron.check_timezone(name)


def test_a_time_of_each_day_keeps_to_the_clock_on_the_wall() -> None:
    assert named("30 7 * * *", BERLIN, "2026-03-27T12:00:00Z", 3) == [
        "2026-03-28T06:30Z", "2026-03-29T05:30Z", "2026-03-30T05:30Z",
    ]  # fmt: skip


def test_a_time_that_is_left_out_comes_at_the_next_that_there_is() -> None:
    assert named("30 2 * * *", BERLIN, "2026-03-28T12:00:00Z", 2) == [
        "2026-03-29T01:00Z", "2026-03-30T00:30Z",
    ]  # fmt: skip


def test_several_that_are_left_out_come_once() -> None:
    assert named("*/30 * * * *", BERLIN, "2026-03-29T00:00:00Z", 4) == [
        "2026-03-29T00:30Z", "2026-03-29T01:00Z", "2026-03-29T01:30Z", "2026-03-29T02:00Z",
    ]  # fmt: skip


def test_a_time_that_comes_twice_comes_once() -> None:
    assert named("30 2 * * *", BERLIN, "2026-10-24T12:00:00Z", 2) == [
        "2026-10-25T00:30Z", "2026-10-26T01:30Z",
    ]  # fmt: skip


@pytest.mark.parametrize("begin", ["2026-10-25T00:31:00Z", "2026-10-25T01:10:00Z"])
def test_nor_does_it_come_again_for_who_looks_between(begin: str) -> None:
    assert named("30 2 * * *", BERLIN, begin, 1) == ["2026-10-26T01:30Z"]


def test_each_hour_is_passed_over_once_where_it_is_repeated() -> None:
    assert named("0 * * * *", BERLIN, "2026-10-24T23:30:00Z", 3) == [
        "2026-10-25T00:00Z", "2026-10-25T02:00Z", "2026-10-25T03:00Z",
    ]  # fmt: skip


def test_a_jump_by_half_an_hour() -> None:
    zone = "Australia/Lord_Howe"  # at two in the morning it is half past two
    assert named("15 2 * * *", zone, "2026-10-03T00:00:00Z", 1) == ["2026-10-03T15:30Z"]


def test_a_day_that_was_left_out() -> None:
    assert named("0 12 * * *", "Pacific/Apia", "2011-12-29T00:00:00Z", 3) == [
        "2011-12-29T22:00Z", "2011-12-30T10:00Z", "2011-12-30T22:00Z",
    ]  # fmt: skip


def test_the_moment_itself_is_not_after_it() -> None:
    assert named("0 0 * * *", "UTC", "2026-01-01T00:00:00Z", 1) == ["2026-01-02T00:00Z"]


def test_a_day_that_comes_seldom() -> None:
    assert named("0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", 1) == ["2028-02-29T00:00Z"]
    assert cron.after("0 0 31 2 *", "UTC", 0) is None
