"""Evolve: the database's version, and the steps that bring an older one up to it.

A step is a function of the Site, entered in order by @step; the site's `schema` counts those done.
Each runs in a transaction of its own together with the new count, so a step is done once or not.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any

from BTrees.OOBTree import OOBTree

from mserve import database, provision
from mserve.errors import SchemaMismatch
from mserve.resources.catalog import Catalog
from mserve.resources.index import Index, Timeline, Transit
from mserve.resources.job import Job
from mserve.resources.key import digest
from mserve.resources.profile import Edition, Profile
from mserve.resources.site import Site
from mserve.settings import Settings
from mserve.tasks import keeping

Step = Callable[[Site], None]
STEPS: list[Step] = []
ADMIN_KEY, DEMO_KEY = "admin.key", "demo.key"


def step(function: Step) -> Step:
    """Enters `function` as the next step; its docstring says what it changes."""
    STEPS.append(function)
    return function


@step
def first(site: Site) -> None:
    """The first shape of the tree; nothing to change."""


@step
def trash(site: Site) -> None:
    """Services get a trash, and the site an index of what is to go from them."""
    site.expiring = Index()
    for container in site.children.values():
        for service in container.children.values():
            service.trash = Index(16)


@step
def uploads(site: Site) -> None:
    """The site gets an index of files that come in pieces."""
    site.uploads = Index()


@step
def search(site: Site) -> None:
    """Services get a catalog, to be filled from the site's list of what is to be indexed."""
    site.unindexed = Index()
    for container in site.children.values():
        for service in container.children.values():
            service.catalog = Catalog()
            for node in service.walk():
                site.changed(node, service)


@step
def alike(site: Site) -> None:
    """Indexes are spread by what ids begin with, and jobs refer to the edition of their profile."""
    for name in ("ids", "key_index", "active", "uploads", "unindexed"):
        setattr(site, name, spread(getattr(site, name), Index()))
    site.due, site.running = spread(site.due, Transit()), spread(site.running, Transit())
    site.expiring = spread(site.expiring, Timeline())
    for container in site.children.values():
        for service in container.children.values():
            service.jobs = spread(service.jobs, Timeline(16))
            service.trash = spread(service.trash, Timeline(16))
            for profile in service.profiles.values():
                _edit(profile)
            service.catalog = Catalog()  # a node's number in it is another one now
            for node in service.walk():
                site.changed(node, service)
    for _, thing in site.ids.items():
        if isinstance(thing, Job):
            _refer(thing)


@step
def transit(site: Site) -> None:
    """Where much comes and goes, the indexes have a first key that stays."""
    for name in ("due", "running", "active", "unindexed"):
        setattr(site, name, spread(getattr(site, name), Transit()))


@step
def schedules(site: Site) -> None:
    """Workflows may start by themselves, and on all files of a service, in rounds."""
    site.schedules, site.rounds = Timeline(), Timeline()
    for container in site.children.values():
        for service in container.children.values():
            service.schedules, service.rounds = OOBTree(), OOBTree()


@step
def provenance(site: Site) -> None:
    """The site gets an index of which files were made of which; none is known so far."""
    site.derived = Transit()


def spread(old: Index, new: Index) -> Index:
    """`new` with all that is in `old`."""
    for key, value in old.items():
        new[key] = value
    return new


def _edit(profile: Profile) -> None:
    former = taken(profile, "version", "workflows")
    profile.edition = Edition(former["version"], former["workflows"])


def _refer(job: Job) -> None:
    former = taken(job, "plan", "profile_version")
    version, workflows = former["profile_version"], {job.name: former["plan"]}
    known = job.service.profiles[job.service.profile].edition
    same = known.version == version and known.workflows.get(job.name) == former["plan"]
    job.edition = known if same else Edition(version, workflows)
    for run in job.all_runs():
        taken(run, "spec")


def taken(thing: Any, *names: str) -> dict[str, Any]:
    """The attributes `names`, which `thing` has no more."""
    thing._p_activate()
    thing._p_changed = True
    return {name: vars(thing).pop(name) for name in names}


def ensure(settings: Settings) -> None:
    """Makes the Site and its first keys where there is none, and runs the steps it lacks."""
    db = database.open_database(settings)
    try:
        database.run_root(db, _make_site)
        evolve(db)
        database.run(db, lambda site: _first_keys(site, settings))
        database.run(db, lambda site: keep_secrets(site, settings.data))
        keeping.mark_vaults(db, settings)
    finally:
        db.close()


def _make_site(root: Any) -> None:
    if database.SITE not in root:
        site = root[database.SITE] = Site()
        site.register(site)
        site.schema = len(STEPS)


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


def _first_keys(site: Site, settings: Settings) -> None:
    """The administrator's key, and with `mserve.demo` a demo service; secrets go to files.

    They are written before the commit, as a secret that was lost would be lost for good, and get
    their names after it: of two that do this at once only one commits.
    """
    if site.keys is None:
        _, secret = site.add_key("siteadmin", label="first site administrator")
        draft(settings.data / ADMIN_KEY, secret)
        if settings.demo:
            container, _ = provision.make_container(site, "demo")
            _, keys = provision.make_service(container, "files")
            draft(settings.data / DEMO_KEY, keys[-1][1])


def keep_secrets(site: Site, data: Path) -> None:
    """Gives the files of committed secrets their names, and removes this process's other ones."""
    for name in (ADMIN_KEY, DEMO_KEY):
        for path in data.glob(f".{name}.*"):
            with suppress(FileNotFoundError):  # another has done it
                if digest(path.read_text().strip()) in site.key_index:
                    os.replace(path, data / name)
                elif path.name.startswith(f".{name}.{os.getpid()}-"):
                    path.unlink()


def draft(path: Path, secret: str) -> None:
    """Writes what shall become `path`, durably, so that its owner alone can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(f".{path.name}.{os.getpid()}-{token_hex(4)}")
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
