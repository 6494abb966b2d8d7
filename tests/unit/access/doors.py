"""The application that tells its views, with something of each class in its tree, to ask at."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from webtest import TestApp

from mserve import evolve, first_keys, main
from mserve.settings import Settings
from tests.unit.access import operations
from tests.unit.access.operations import Operation
from tests.unit.access.places import CLASSES, Places
from tests.unit.applications import embedded
from tests.unit.conftest import Client


class Doors:
    """`app` is asked by the express lane as well, where that does something."""

    def __init__(self, app: TestApp, data: Path) -> None:
        self.express, self.registry = app.app, app.app.registry
        self.db = self.registry._zodb_databases[""]
        self.operations = operations.operations(self.registry)
        CLASSES.update({getattr(o.context, "__name__", ""): o.context for o in self.operations})
        admin = Client(app, (data / first_keys.ADMIN_KEY).read_text().strip())
        self.places = Places(admin, self.db)
        self.registry.telling = True

    def asked(self) -> list[Operation]:
        return [each for each in self.operations if each.context is not None]


@contextmanager
def opened(data: Path, **lines: str) -> Iterator[tuple[TestApp, Path]]:
    """`lines` of the ini are added to, or instead of, those of an embedded tree."""
    found = {**embedded(data), "pyramid.includes": operations.__name__, **lines}
    evolve.ensure(Settings.parse(found))
    wsgi = main({}, **found)
    try:
        yield TestApp(wsgi), data
    finally:
        wsgi.registry._zodb_databases[""].close()
