"""Each door by which bytes come in is held to what a month may bring."""

from typing import Any

import pytest

from tests.unit.quotas.conftest import CONTAINER, SERVICE
from tests.unit.test_quota import DOORS


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("place", [SERVICE, CONTAINER])
def test_no_door_takes_in_more_than_a_month_may_bring(
    customer: Any, put: Any, limit: Any, used: Any, stored: Any, door: str, place: str
) -> None:
    assert put("a/b.txt", 60).status_int == 201
    limit(place, ingest={"hard": 200})
    before = stored()
    assert DOORS[door](customer, 141) == 403
    assert (stored(), used(place, "ingest")) == (before, 60)
    assert DOORS[door](customer, 140) < 300
    assert used(place, "ingest") == 200


@pytest.mark.parametrize("door", [each for each in DOORS if "version" not in each])
def test_no_door_makes_more_files_than_there_may_be(
    customer: Any, put: Any, limit: Any, stored: Any, door: str
) -> None:
    assert put("a/b.txt", 60).status_int == 201
    limit(SERVICE, file={"hard": 1})
    before = stored()
    assert DOORS[door](customer, 1) == 507
    assert stored() == before
    limit(SERVICE, file={"hard": 2})
    assert DOORS[door](customer, 1) < 300
