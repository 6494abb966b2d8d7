"""Versions, copies and trash: which of them count as kept is said by each quota, and exact."""

from typing import Any

import pytest
from BTrees.OOBTree import OOBTree
from ZODB.POSException import ConflictError

from mserve import ingest
from mserve.booking import book_some
from mserve.check import Scope, check
from mserve.resources.kinds import count_kinds
from mserve.resources.metrics import COPIES, TRASH, VERSIONS, short
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch
from mserve.resources.rows import BREAK
from mserve.resources.usage import Usage
from tests.unit.locking import node_at
from tests.unit.quotas.conftest import SERVICE
from tests.unit.support import spool, writers

KEPT = {"versions": 20, "copies": 40, "trash": 10}
"""What is kept of each kind beside 100 bytes, as `keep_some` makes it."""


@pytest.fixture
def keep_some(put: Any, customer: Any) -> None:
    for name, size in (("a", 20), ("a", 60), ("b", 40), ("gone", 10)):
        put(name, size)
    assert customer.json("POST", f"{SERVICE}b/-/copy", {"name": "copy"}).status_int == 201
    assert customer("DELETE", f"{SERVICE}gone").status_int == 204


@pytest.mark.parametrize("counts", [[], ["versions"], ["copies", "trash"], [*KEPT], None])
def test_it_is_said_what_counts_as_kept(limit: Any, put: Any, keep_some: None, counts: Any) -> None:
    told = limit(SERVICE, disc_space={"hard": 250, "counts": counts})["disc_space"]
    known = [*KEPT] if counts is None else counts
    assert told["counts"] == known
    assert told["used"] == 100 + sum(KEPT[kind] for kind in known)
    left = 250 - told["used"]
    assert put("more", left + 1).status_int == 507
    assert put("more", left).status_int == 201


def test_a_version_a_copy_and_what_is_restored_need_what_counts_of_them(
    limit: Any, put: Any, keep_some: None, customer: Any
) -> None:
    limit(SERVICE, disc_space={"hard": 105, "counts": []})
    assert put("a", 66).status_int == 507
    assert put("a", 65).status_int == 200, "the former 60 bytes are a version now"
    copy = customer.json("POST", f"{SERVICE}b/-/copy", {"name": "second"})
    assert copy.status_int == 201
    [trashed] = customer("GET", f"{SERVICE}-/trash").json["items"]
    answer = customer("POST", trashed["url"])
    assert (answer.status_int, answer.json["quota"]["asked"]) == (507, 10)
    assert put("copy", 1).status_int == 507, "it is no copy any more"
    assert put("a", 55).status_int == 200
    assert customer("POST", trashed["url"]).status_int == 200
    assert limit(SERVICE)["disc_space"]["used"] == 105


def test_it_is_exact_for_kinds_as_well(limit: Any, put: Any, keep_some: None, db: Any) -> None:
    limit(SERVICE, disc_space={"hard": 130, "counts": []})
    contents = [spool(db, letter * 20) for letter in (b"x", b"y")]
    with writers(db, 2) as (one, other):
        for each, content, name in ((one, contents[0], "x"), (other, contents[1], "y")):
            ingest.create(node_at(each.site, "demo/files"), name, content)
        one.commit()
        with pytest.raises(ConflictError):
            other.commit()
    assert [*check(db, Scope())] == []


def test_what_was_kept_before_kinds_were_told_apart_is_counted_by_the_step(
    limit: Any, keep_some: None, see: Any, db: Any, customer: Any
) -> None:
    customer("DELETE", f"{SERVICE}a")
    kinds = (VERSIONS, COPIES, TRASH)

    def told(site: Any) -> list[float]:
        return [node_at(site, "demo/files").usage.get(kind).total for kind in kinds]

    def forget(site: Any) -> None:
        shorts = {short(kind) for kind in kinds}
        service = node_at(site, "demo/files")
        for node in (site, *(each for each in site.walk() if isinstance(each, Branch))):
            usage, known = Usage(), node.usage.figures.items()
            usage.figures = {metric: each for metric, each in known if metric not in kinds}
            node.__setstate__({**node.__getstate__(), "usage": usage})
            node._p_changed = True
        for lane in site.journal.lanes:
            lane.lines = {}
        node_at(site, "demo/files/copy").copied = False
        for id, _ in [*site.series.items()]:
            rows = site.series.told(id) if isinstance(site.ids.get(id), Mfile) else OOBTree()
            site.series[id] = OOBTree(
                {key: row for key, row in rows.items() if key[2:].partition(BREAK)[0] not in shorts}
            )
        count_kinds(site, service)

    assert see(told) == [0, 40, 90]
    see(book_some)
    see(forget)
    assert see(told) == [0, 0, 90]
    assert [each for each in check(db, Scope()) if "booked" not in each.what] == []
