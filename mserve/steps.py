"""The steps that bring an older database up to this version, in order.

Each is a function of the Site, entered by @step. They know the shapes of then and of now.
"""

from collections.abc import Callable, Iterator
from typing import Any

from BTrees.OOBTree import OOBTree, OOTreeSet
from ZODB.blob import Blob

from mserve.booking import open_account
from mserve.reshape import edit, refer, spread
from mserve.resources import defaults
from mserve.resources import leftovers as kept_beside
from mserve.resources.audit_log import AuditLog
from mserve.resources.catalog import Catalog
from mserve.resources.caveats import Caveats
from mserve.resources.deposit import Deposits
from mserve.resources.index import Index, Timeline, Transit
from mserve.resources.job import Job
from mserve.resources.journal import Journal, new_lanes
from mserve.resources.kinds import count_kinds
from mserve.resources.lock import LocksMade, key_of
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch
from mserve.resources.series import Accounts
from mserve.resources.site import Site
from mserve.resources.tellers import Tellers
from mserve.resources.users import Users

Step = Callable[[Site], None]
STEPS: list[Step] = []


def step(function: Step) -> Step:
    """Enters `function` as the next step; its docstring says what it changes."""
    STEPS.append(function)
    return function


def _services(site: Site) -> Iterator[Any]:
    for container in site.children.values():
        yield from container.children.values()


@step
def first(site: Site) -> None:
    """The first shape of the tree; nothing to change."""


@step
def trash(site: Site) -> None:
    """Services get a trash, and the site an index of what is to go from them."""
    site.expiring = Index()
    for service in _services(site):
        service.trash = Index(16)


@step
def uploads(site: Site) -> None:
    """The site gets an index of files that come in pieces."""
    site.uploads = Index()


@step
def search(site: Site) -> None:
    """Services get a catalog, to be filled from the site's list of what is to be indexed."""
    site.unindexed = Index()
    for service in _services(site):
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
    for service in _services(site):
        service.jobs = spread(service.jobs, Timeline(16))
        service.trash = spread(service.trash, Timeline(16))
        for profile in service.profiles.values():
            edit(profile)
        service.catalog = Catalog()  # a node's number in it is another one now
        for node in service.walk():
            site.changed(node, service)
    for _, thing in site.ids.items():
        if isinstance(thing, Job):
            refer(thing)


@step
def transit(site: Site) -> None:
    """Where much comes and goes, the indexes have a first key that stays."""
    for name in ("due", "running", "active", "unindexed"):
        setattr(site, name, spread(getattr(site, name), Transit()))


@step
def schedules(site: Site) -> None:
    """Workflows may start by themselves, and on all files of a service, in rounds."""
    site.schedules, site.rounds = Timeline(), Timeline()
    for service in _services(site):
        service.schedules, service.rounds = OOBTree(), OOBTree()


@step
def provenance(site: Site) -> None:
    """The site gets an index of which files were made of which; none is known so far."""
    site.derived = Transit()


@step
def kept_profiles(site: Site) -> None:
    """Services get the profile `transcode`, and the `default` of now unless it was edited.

    Containers can hold profiles of their own.
    """
    usual = defaults.profiles()
    for container in site.children.values():
        container.profiles = OOBTree()
        for service in container.children.values():
            if "transcode" not in service.profiles:
                service.put_profile("transcode", usual["transcode"])
            if "default" in service.profiles and service.profiles["default"].version == 1:
                service.put_profile("default", usual["default"])


@step
def caveats(site: Site) -> None:
    """What narrows a key is one value."""
    for _, key in site.key_index.items():
        key._p_activate()
        former = {name: vars(key).pop(name, None) for name in ("start", "end", "accessspeed")}
        key.caveats = Caveats(**former)


@step
def people(site: Site) -> None:
    """People can log in; there is nobody so far."""
    site.users = Users(site)


@step
def audit(site: Site) -> None:
    """The site gets a log of what was decided; nothing is known of what was before."""
    site.audit = AuditLog()


@step
def deposits(site: Site) -> None:
    """The site gets an index of files by who has deposited them; there are none so far."""
    site.deposits = Deposits()


@step
def locks(site: Site) -> None:
    """The site gets an index of what is locked, and services a count of their locks."""
    site.locked = Transit()
    for service in _services(site):
        service.locks_made = LocksMade()


@step
def reserved(site: Site) -> None:
    """The site gets an index of empty files whose content is to come: locks have made them."""
    site.reserved = Transit()
    for service in _services(site):
        for node in service.walk() if service.locks_made.all else ():
            if isinstance(node, Mfile) and node.reserved:
                site.reserved[node.id] = node


@step
def aside(site: Site) -> None:
    """The site gets an index of documents that programs have under another name."""
    site.aside = Transit()


@step
def leftovers(site: Site) -> None:
    """Services get an index of what programs keep beside people's files."""
    for service in _services(site):
        service.leftovers = Timeline(16)
        for node in service.walk():
            kept_beside.note(node)


@step
def journal(site: Site) -> None:
    """Usage is told apart by time; what was used before counts from when each node came."""
    site.journal, site.series = Journal(), Accounts()
    for node in (site, *site.walk()):
        open_account(site, node)


@step
def tellers(site: Site) -> None:
    """Reads of content are counted from now on."""
    site.tellers = Tellers()


@step
def quotas(site: Site) -> None:
    """Users may have quotas, and nodes say whether they have some: services may, so far. Versions
    and what is in the trash are told apart."""
    site.payers, site.warnings = OOBTree(), Transit()
    for service in _services(site):
        service.limited = bool(service.usage.limits)
        count_kinds(site, service)


@step
def locked(site: Site) -> None:
    """What is locked has one entry, by its service, in place of one for each node above it."""
    nodes = {node.id: node for _, node in site.locked.items()}
    site.locked = Transit()
    for node in nodes.values():
        site.locked[key_of(node)] = node


@step
def nothing(site: Site) -> None:
    """The site gets a blob without bytes, that empty files share."""
    site.nothing = Blob(b"")


@step
def packed(site: Site) -> None:
    """Figures, entries of the journal and rows are packed in their records, and a file's account
    may be one value. What was stored before is read as it is; older versions cannot read this."""


@step
def taken(site: Site) -> None:
    """What is booked is noted before it leaves the pending parcels: older versions, which do not
    look there, would book it twice. And the usage of new files is in sheets."""
    site.journal.taken = OOTreeSet()


@step
def lanes(site: Site) -> None:
    """What is added to the sums of the site, of containers and folders may lie in lanes: older
    versions do not look there."""
    site.journal.lanes = site.journal.lanes or new_lanes()


@step
def said(site: Site) -> None:
    """What is to be booked may be in lanes, and what a file has used is what its account says:
    older versions do not look there. What was in the trash before there were accounts gets them."""
    for service in _services(site):
        for trashed in service.all_trash():
            top = trashed.node
            for node in (top, *(top.walk() if isinstance(top, Branch) else ())):
                if isinstance(node, Mfile):
                    open_account(site, node)


@step
def traces(site: Site) -> None:
    """Sums of services may be in lanes, and so may be what is to be indexed: older versions do not
    look there. In the place of the sums, a service's history has a trace."""
    site.traces = Index()
