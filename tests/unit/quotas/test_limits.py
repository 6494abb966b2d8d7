"""Writers at once, also at the month's turn: figures and limits are those of all of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ZODB.POSException import ConflictError

from mserve.resources import clock
from mserve.resources.additions import Additions
from mserve.resources.figure import Figure
from mserve.resources.limits import Begun, Limited
from mserve.resources.metrics import ACCESS, DISC_SPACE, INGEST
from mserve.resources.period import Grain, number_of
from mserve.resources.usage import Usage, read_state

NOVEMBER, DECEMBER = clock.parse("2026-11-30T23:59:59Z"), clock.parse("2026-12-01T00:00:00Z")
MONTHS = {moment: number_of(Grain.MONTH, moment) for moment in (NOVEMBER, DECEMBER)}
REPORTS = st.lists(st.tuples(st.sampled_from([NOVEMBER, DECEMBER]), st.integers(1, 50)), max_size=4)
Reports = list[tuple[int, int]]


def limited(metric: str = INGEST, **limits: int) -> Usage:
    """Limits were set in November, when nothing was used."""
    usage = Usage()
    for kind, most in limits.items():
        usage.set_limit(metric, most, soft=kind == "soft")
    if metric != DISC_SPACE:
        usage.begun = {metric: Begun(MONTHS[NOVEMBER], 0)}
    return usage


def after(usage: Usage, reports: Reports, metric: str = INGEST) -> tuple[Usage, bool]:
    """As it is after these reports, and whether one of them has exceeded the soft limit."""
    made, crossed = Usage(), False
    made.__setstate__(dict(usage.__getstate__()))
    for moment, amount in reports:
        crossed |= made.change(Additions({metric: Figure.of(amount)}), moment) != []
    return made, crossed


def merged(old: Usage, saved: Usage, new: Usage) -> Usage:
    made = Usage()
    made.__setstate__(made._p_resolveConflict(*(each.__getstate__() for each in (old, saved, new))))
    return made


def used(reports: Reports, month: int) -> int:
    """The naive model: what was reported in the month."""
    return sum(amount for moment, amount in reports if MONTHS[moment] == month)


@given(REPORTS, REPORTS, REPORTS)
def test_a_month_brings_what_was_reported_in_it(old: Reports, saved: Reports, new: Reports) -> None:
    """Whoever reports late, and whoever turns the month."""
    start, _ = after(limited(hard=10**6), old)
    made = merged(start, after(start, saved)[0], after(start, new)[0])
    month = Limited.of(made).month(INGEST)
    known = [MONTHS[moment] for moment, _ in (*old, *saved, *new)]
    assert month == max(known, default=MONTHS[NOVEMBER])
    assert Limited.of(made).counted(INGEST, month) == used([*old, *saved, *new], month)


@given(REPORTS, REPORTS, st.integers(1, 100))
def test_two_are_stored_only_where_there_is_room_for_both(
    saved: Reports, new: Reports, most: int
) -> None:
    start = limited(hard=most)
    states = after(start, saved)[0], after(start, new)[0]
    month = max((MONTHS[moment] for moment, _ in (*saved, *new)), default=MONTHS[NOVEMBER])
    if used([*saved, *new], month) > most and used(new, month):
        with pytest.raises(ConflictError):
            merged(start, *states)
    else:
        merged(start, *states)


@given(REPORTS, REPORTS, st.integers(1, 100))
def test_of_two_writers_one_crosses_the_soft_limit(saved: Reports, new: Reports, most: int) -> None:
    """Or the second has a conflict, and sees on its next attempt whether it crosses it."""
    start = limited(soft=most)
    (first, one), (second, other) = after(start, saved), after(start, new)
    try:
        made = merged(start, first, second)
    except ConflictError:
        return
    month = Limited.of(made).month(INGEST)
    if all(MONTHS[moment] == month for moment, _ in (*saved, *new)):
        exceeds = Limited.of(made).counted(INGEST, month) > most
        assert [one, other].count(True) == int(exceeds)


def test_a_soft_limit_is_crossed_again_once_there_was_less_or_another_month() -> None:
    usage = limited(DISC_SPACE, soft=10)

    def change(amount: int, metric: str = DISC_SPACE, moment: int = NOVEMBER) -> list[str]:
        return usage.change(Additions({metric: Figure.of(amount)}), moment)

    told = [change(amount) for amount in (10, 1, 5, -6, 1, -16)]
    assert [each != [] for each in told] == [False, True, False, False, True, False]
    usage = limited(INGEST, soft=10)
    assert change(11, INGEST) and not change(11, INGEST)
    assert not change(10, INGEST, DECEMBER)
    assert change(1, INGEST, DECEMBER)


def test_what_is_known_afterwards_alone_is_never_in_the_way() -> None:
    start = limited(ACCESS, hard=10)
    first, second = (after(start, [(NOVEMBER, 9)], ACCESS)[0] for _ in range(2))
    assert merged(start, first, second).get(ACCESS).total == 18


def test_limits_that_two_set_at_once_are_both_set() -> None:
    start = limited(INGEST, hard=10)
    first, second = (after(start, [])[0] for _ in range(2))
    first.set_limit(DISC_SPACE, 5)
    second.set_limit(INGEST, None)
    second.begun = {}
    made = merged(start, first, second)
    assert (made.limits, made.begun) == ({DISC_SPACE: 5}, {})


def test_what_was_stored_before_there_were_soft_limits_is_merged() -> None:
    def state(total: float) -> dict[str, Any]:
        return {"figures": {DISC_SPACE: Figure(total=total)}}

    made = read_state(Usage()._p_resolveConflict(state(3), state(4), state(5)))
    assert made["figures"][DISC_SPACE].total == 6
    assert (made["limits"], made["soft"], made["begun"]) == ({}, {}, {})
