"""The catalog: what came together lies together in it; old ones are read as they were written."""

from typing import Any

import pytest

from mserve import database, ingest
from mserve.indexing import index_some, note_indexed
from mserve.resources.catalog import Catalog, number_in_order, number_of
from mserve.resources.ids import new_id, together
from tests.unit.support import spool

FILES = 400


def put_files(db: Any, site: Any, prefix: str) -> None:
    for number in range(FILES):
        ingest.create(site["demo"]["files"], f"{prefix}{number}", spool(db, b"x"))


def index(site: Any) -> None:
    while keys := index_some(site):
        note_indexed(keys, site)


def buckets(site: Any) -> int:
    """Of the tree that has the nodes."""
    found, bucket = 0, site["demo"]["files"].catalog.nodes._firstbucket
    while bucket is not None:
        found, bucket = found + (bucket._p_changed is True), bucket._next
    return found


@pytest.mark.parametrize("in_order", [True, False])
def test_a_batch_changes_few_buckets_of_a_catalog_in_order(db: Any, in_order: bool) -> None:
    def make(site: Any) -> None:
        site["demo"]["files"].catalog.in_order = in_order
        put_files(db, site, "a")
        index(site)

    def change(site: Any) -> int:
        with together():
            for name in "bcdefghijklmnopq":
                ingest.create(site["demo"]["files"], name, spool(db, name.encode()))
        index(site)
        return buckets(site)

    database.run(db, make)
    assert (database.run(db, change) <= 3) is in_order


def test_old_catalogs_find_by_the_numbers_that_they_have(db: Any) -> None:
    def make(site: Any) -> None:
        catalog = site["demo"]["files"].catalog
        del catalog.in_order
        put_files(db, site, "a")
        index(site)

    def drop(site: Any) -> tuple[bool, set[int]]:
        files = site["demo"]["files"]
        catalog = files.catalog
        known = {number_of(node.id) for node in files.walk()}
        same = {*catalog.nodes} == known
        catalog.drop(files["a7"].id)
        return same, known - {*catalog.nodes}

    database.run(db, make)
    same, gone = database.run(db, drop)
    assert (same, len(gone)) == (True, 1)


def test_numbers_in_order_are_of_60_bits_and_apart() -> None:
    with together():
        some = {number_in_order(new_id()) for _ in range(10_000)}
    assert len(some) == 10_000 and max(some) < 1 << 60
    assert max(some) - min(some) < 2 << 40
    assert Catalog().in_order and not Catalog.in_order
    assert all(number_in_order(new_id()) < 1 << 60 for _ in range(1000))
