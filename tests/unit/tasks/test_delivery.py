"""Deliveries and parcels: their ids say what is in them."""

from hypothesis import given
from hypothesis import strategies as st

from mserve.tasks.delivery import MOST, Delivery, Parcel, members, pack

RUNS = st.from_regex(r"[0-9a-f]{4}-[0-9]{1,2}-[0-9]{1,2}", fullmatch=True)


def test_a_parcel_of_one_is_called_as_its_delivery() -> None:
    one = Delivery("a1b2-0-3", 2, "normal")
    assert [each.id for each in pack([one])] == [one.id] == ["a1b2-0-3-2"]
    assert members(one.id) == [one.id]


def test_what_is_of_one_set_goes_together() -> None:
    due = [Delivery(run, 1, "normal") for run in ("a1-0-0", "a1-1-0", "a1-0-2", "b2-0-0")]
    assert [each.id for each in pack(due)] == ["a1-0-0_2-1", "a1-1-0-1", "b2-0-0-1"]
    assert members("a1-0-0_2-1") == ["a1-0-0-1", "a1-0-2-1"]


def test_attempts_and_queues_are_kept_apart() -> None:
    due = [
        Delivery("a1-0-0", 1, "normal"),
        Delivery("a1-0-1", 2, "normal"),
        Delivery("a1-0-2", 1, "priority"),
    ]
    assert [*pack(due)] == [
        Parcel(("a1-0-0",), 1, "normal"),
        Parcel(("a1-0-1",), 2, "normal"),
        Parcel(("a1-0-2",), 1, "priority"),
    ]


def test_a_parcel_holds_so_many() -> None:
    due = [Delivery(f"a1-0-{number}", 1, "normal") for number in range(MOST + 1)]
    assert [len(each.runs) for each in pack(due)] == [MOST, 1]


@given(st.lists(st.tuples(RUNS, st.integers(1, 99)), unique=True))
def test_no_delivery_is_lost_or_doubled(found: list[tuple[str, int]]) -> None:
    due = [Delivery(run, attempt, "normal") for run, attempt in found]
    told = [id for parcel in pack(due) for id in members(parcel.id)]
    assert sorted(told) == sorted(each.id for each in due)
