"""The ZEO client and a storage server that is killed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mserve import database
from mserve.resources.site import Site
from tests.unit.test_newest import opened, serve

MANY = 150  # ids; ZEO asks for a hundred at once


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Any]:
    server = serve(tmp_path)
    db = opened(tmp_path)
    database.run_root(db, lambda root: root.update({database.SITE: Site()}))
    yield server, db
    db.close()


def test_ids_of_a_server_that_was_killed_are_not_used(tmp_path: Path, site: Any) -> None:
    """One that begins anew gives them out again, as nothing was committed with them."""
    server, db = site
    db.storage.new_oid()
    server.kill()
    server.wait()
    server = serve(tmp_path)
    other = opened(tmp_path)
    try:
        db.storage.ping()  # it is connected again
        theirs = {other.storage.new_oid() for _ in range(MANY)}
        ours = {db.storage.new_oid() for _ in range(MANY)}
    finally:
        other.close()
        server.kill()
        server.wait()
    assert len(theirs) == len(ours) == MANY
    assert not theirs & ours
