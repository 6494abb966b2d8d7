"""The application that the tests of a process share, bound to the ini and the tree of each.

To configure one takes most of the time of a test: hundreds of views are scanned and derived. What
comes of the ini's lines is on the registry alone (mserve/views/bound.py), and is made anew.
"""

import operator
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pyramid_zodbconn import db_from_uri
from ZODB.ActivityMonitor import ActivityMonitor

from mserve import evolve, main
from mserve.settings import Settings
from mserve.views.bound import bind, bind_database, unbind
from mserve.views.express import Express


def embedded(data: Path) -> dict[str, str]:
    """The ini's lines of a tree in a FileStorage in `data`, without a Redis."""
    return {
        "mserve.data": str(data),
        "zodbconn.uri": f"file://{data}/Data.fs?blobstorage_dir={data}/blobs&blobstorage_layout=bushy",
        "mserve.redis": f"unix://{data}/no-redis.sock",
        "mserve.demo": "true",
    }


def begin(settings: Settings, fresh: Path) -> None:
    """Makes the tree and keys of settings like those of `embedded`, as evolve.ensure does.

    fresh: a data folder in which it has done so, that is copied: to make one takes longer than most
    tests. Where its settings are others, or something is there, it is made.
    """
    others = Settings.parse(embedded(settings.data))
    made_by = operator.attrgetter("database", "demo", "outlets")
    if made_by(settings) == made_by(others) and not any(settings.data.iterdir()):
        shutil.copytree(fresh, settings.data, dirs_exist_ok=True)
    else:
        evolve.ensure(settings)


class Application:
    """A configured one, which one test after the other has to itself."""

    def __init__(self, data: Path) -> None:
        """Configured on a tree of its own in the folder `data`."""
        lines = embedded(data)
        evolve.ensure(Settings.parse(lines))
        self.router = main({}, **lines).app
        self.registry = self.router.registry
        unbind(self.registry)
        self.registry._zodb_databases[""].close()
        self.configured = dict(vars(self.registry))

    @contextmanager
    def bound(self, lines: Mapping[str, str]) -> Iterator[Express]:
        """What `main` would make of those lines, which are mserve's or name the database."""
        assert all(name.startswith(("mserve.", "zodbconn.")) for name in lines), lines
        registry = self.registry
        for name in vars(registry).keys() - self.configured.keys():
            delattr(registry, name)
        vars(registry).update(self.configured)
        registry.mserve, registry.mserve_lines = Settings.parse(lines), dict(lines)
        registry._zodb_databases = databases = {}
        db = db_from_uri(registry.mserve.database, "", databases)
        try:
            db.setActivityMonitor(ActivityMonitor())  # as pyramid_zodbconn has it
            bind(registry)
            bind_database(registry)
            try:
                yield Express(self.router)
            finally:
                unbind(registry)
        finally:
            db.close()
