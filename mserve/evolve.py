"""Evolve: the database's version, and how an older one is brought up to it.

The site's `schema` counts the steps (steps.py) that are done. Each runs in a transaction of its own
together with the new count, so a step is done once or not.
"""

from functools import partial
from typing import Any

from ZODB.blob import Blob

from mserve import database, first_keys
from mserve.errors import SchemaMismatch
from mserve.resources.asker import COMMAND, asked_by
from mserve.resources.site import Site
from mserve.settings import Settings
from mserve.steps import STEPS
from mserve.tasks import keeping


def ensure(settings: Settings) -> None:
    """Makes the Site and its first keys where there is none, and runs the steps it lacks."""
    db = database.open_database(settings)
    try:
        database.run_root(db, _make_site)
        evolve(db)
        with asked_by(COMMAND):
            database.run(db, lambda site: first_keys.make(site, settings))
        database.run(db, lambda site: first_keys.keep_secrets(site, settings.data))
        keeping.mark_vaults(db, settings)
    finally:
        db.close()


def _make_site(root: Any) -> None:
    if database.SITE not in root:
        site = root[database.SITE] = Site()
        site.register(site)
        site.schema = len(STEPS)
        site.nothing = Blob(b"")


def evolve(db: Any) -> int:
    """Runs the steps that the database lacks; returns how many. Raises SchemaMismatch."""
    done = database.run(db, lambda site: site.schema)
    if done > len(STEPS):
        raise SchemaMismatch(_words(done))
    for number in range(done, len(STEPS)):
        database.run(db, partial(_take, number))
    return len(STEPS) - done


def _take(number: int, site: Site) -> None:
    if site.schema == number:
        STEPS[number](site)
        site.schema = number + 1


def check(db: Any) -> None:
    """Raises SchemaMismatch where the code and the database are not of one version."""
    root = database.run_root(db, lambda root: getattr(root.get(database.SITE), "schema", None))
    if root is None:
        raise SchemaMismatch("the database has no site yet; `mserve init INI` makes it")
    if root != len(STEPS):
        raise SchemaMismatch(_words(root))


def _words(schema: int) -> str:
    mend = "`mserve evolve INI` brings it up" if schema < len(STEPS) else "install a newer mserve"
    return f"the database is of version {schema}, this mserve of version {len(STEPS)}; {mend}"
