"""Entries are told in one line of JSON each, in the one way that digests are made of."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mserve.resources.entry import Entry, accounts_of
from mserve.resources.figure import Figure

NUMBER = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False)
FIGURES = st.builds(Figure, *[NUMBER | st.just(0)] * 3, *[NUMBER | st.none()] * 2, *[NUMBER] * 3)
REPORTS = st.dictionaries(st.text(), FIGURES.map(tuple)).map(lambda found: tuple(found.items()))
TAGS = st.dictionaries(st.text(), st.text()).map(lambda found: tuple(found.items()))
IDS = st.lists(st.binary(min_size=16, max_size=16).map(bytes.hex), min_size=1)


@given(ids=IDS, reports=REPORTS, tags=TAGS, shares=st.booleans(), moment=st.integers(0))
def test_a_line_is_that_of_the_standard_library_with_sorted_keys(
    ids: list[str], reports: Any, tags: Any, shares: bool, moment: int
) -> None:
    told = {
        metric: {name: value for name, value in Figure(*each)._asdict().items() if value}
        for metric, each in reports
    }
    facts = {
        "time": moment, "counted": moment + 1, "accounts": ids, "tags": dict(tags),
        "shares": shares, "reports": told,
    }  # fmt: skip
    line = Entry(moment, accounts_of(ids), reports, tags, shares=shares).text(moment + 1)
    assert line == json.dumps(facts, separators=(",", ":"), sort_keys=True)
