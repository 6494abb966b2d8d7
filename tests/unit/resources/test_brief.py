"""A file's account is one value while little was booked there, and says what its rows would say."""

from typing import Any

from BTrees.OOBTree import OOBTree
from hypothesis import given
from hypothesis import strategies as st

from mserve.resources.brief import MOST, is_brief
from mserve.resources.entry import Entry
from mserve.resources.figure import Figure
from mserve.resources.period import DAY_LONG
from mserve.resources.posting import post
from mserve.resources.rows import figure_of
from mserve.resources.series import Accounts

FILE = bytes(range(16))
ID = FILE.hex()
TODAY = 20_000 * DAY_LONG
REPORTS = st.lists(
    st.tuples(st.sampled_from(["disc", "ingest", "task"]), st.integers(0, 10**12)), max_size=4
).map(lambda told: tuple((metric, tuple(Figure.of(amount))) for metric, amount in told))
TAGS = st.sampled_from([(), (("key", "a/b"), ("mimetype", "text/plain")), (("task", "checksum"),)])
ENTRIES = st.builds(
    Entry, st.sampled_from([TODAY, TODAY, TODAY, TODAY + DAY_LONG]), st.just(FILE), REPORTS, TAGS,
    st.just(True), st.booleans(), st.none(),
)  # fmt: skip


def entry(tags: Any = (), begin: int = TODAY) -> Entry:
    return Entry(begin, FILE, (("ingest", tuple(Figure.of(5))),), tags, file=True)


def figures(rows: Any) -> dict[str, Figure]:
    return {key: figure_of(row) for key, row in rows.items()}


@given(batches=st.lists(st.lists(ENTRIES, max_size=4), max_size=6))
def test_it_says_what_rows_say(batches: list[list[Entry]]) -> None:
    accounts, rows = Accounts(), OOBTree()
    for batch in batches:
        accounts.post(ID, batch)
        for each in batch:
            post(rows, each, FILE)
    assert figures(accounts.told(ID) or {}) == figures(rows)


def test_it_is_one_value_while_it_is_of_one_day() -> None:
    accounts = Accounts()
    for _ in range(100):
        accounts.post(ID, [entry()])
    assert is_brief(accounts.get(ID))
    accounts.post(ID, [entry(begin=TODAY + DAY_LONG)])
    assert not is_brief(accounts.get(ID))
    [last, *_] = sorted(accounts.get(ID), reverse=True)
    assert figure_of(accounts.get(ID)[last]) == Figure.of(5)


def test_it_becomes_rows_before_it_is_long() -> None:
    accounts = Accounts()
    lengths = []
    for number in range(100):
        accounts.post(ID, [entry((("key", f"{number:064x}"),))])
        if is_brief(found := accounts.get(ID)):
            lengths.append(len(found))
    assert not is_brief(accounts.get(ID))
    assert MOST / 2 < max(lengths) <= MOST


def test_what_has_rows_keeps_them() -> None:
    accounts = Accounts()
    accounts[ID] = rows = OOBTree()
    accounts.post(ID, [entry()])
    assert accounts.get(ID) is rows
    assert set(figures(rows).values()) == {Figure.of(5)}


def test_nothing_is_told_of_what_was_not_booked() -> None:
    assert Accounts().told(ID) is None
