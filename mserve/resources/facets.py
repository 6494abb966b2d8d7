"""Facets: what belongs to mserve about a node, below `/-/` in its URL, apart from its children."""

from typing import Any

from mserve.resources.deposit import Reach
from mserve.resources.facet import Facet
from mserve.resources.file_facets import (
    ContentFacet,
    MetadataFacet,
    Poster,
    Provenance,
    Receipt,
    Subtitles,
    Thumbnail,
    Versions,
)
from mserve.resources.job_parts import JobsEvents
from mserve.resources.lock_places import Locks
from mserve.resources.login_places import Login
from mserve.resources.people_places import Account, Offers, RequestsFacet, Reset
from mserve.resources.service_facets import (
    Batch,
    Profiles,
    PropertiesFacet,
    QuotasFacet,
    Receipts,
    Rounds,
    Schedules,
    Trash,
    Uploads,
    WebdavFacet,
)
from mserve.resources.site_facets import Objects, SettingsFacet, StatusFacet
from mserve.resources.usage_facets import (
    EventsFacet,
    MetricsFacet,
    StatementFacet,
    UsageFacet,
    UsageSummary,
)
from mserve.resources.user_places import UsersFacet


class Info(Facet):
    name = "info"
    reach = Reach.OWN


class AuditFacet(Facet):
    name = "audit"


class Keys(Facet):
    name = "keys"

    def __getitem__(self, name: str) -> Any:
        return (self.node.keys or {})[name]


class Access(Facet):
    name = "access"


class Health(Facet):
    name = "health"
    types = frozenset({"site"})


class Jobs(Facet):
    name = "jobs"
    reach = Reach.OWN
    types = frozenset({"service", "folder", "mfile"})

    def __getitem__(self, name: str) -> Any:
        return JobsEvents(self) if name == "events" else self.node.job(name)


class Copy(Facet):
    name = "copy"
    types = frozenset({"folder", "mfile"})


class Search(Facet):
    name = "search"
    types = frozenset({"site", "container", "service", "folder"})


class History(Facet):
    name = "history"

    def __getitem__(self, name: str) -> Any:
        return HistoryEntry(self, name)


class HistoryEntry:
    """The place of one transaction, of which nothing is known yet."""

    def __init__(self, history: History, name: str) -> None:
        self.__parent__ = history
        self.__name__ = name
        self.node = history.node


class Tasks(Facet):
    name = "tasks"
    types = frozenset({"site", "container", "service"})


class Monitoring(Facet):
    name = "metrics"
    types = frozenset({"site"})


class NodesFacet(Facet):
    name = "nodes"
    types = frozenset({"site"})


FACETS: dict[str, type[Facet]] = {
    facet.name: facet
    for facet in (
        Info, UsageFacet, UsageSummary, StatementFacet, MetricsFacet, Keys, Health,
        ContentFacet, Thumbnail, Poster, MetadataFacet, Subtitles, Jobs, Profiles,
        Versions, Provenance, Trash, Copy, Batch, Uploads, Search, Tasks, NodesFacet, Schedules,
        Rounds, Access, Login, Reset, Account, UsersFacet, Offers, RequestsFacet,
        AuditFacet, History, Receipt, Receipts, Locks, Monitoring, QuotasFacet, EventsFacet,
        PropertiesFacet, WebdavFacet, StatusFacet, SettingsFacet, Objects,
    )
}  # fmt: skip


class Facets:
    """`node['-']`: the node's facets by name."""

    __name__ = "-"

    def __init__(self, node: Any) -> None:
        self.__parent__ = self.node = node

    def __getitem__(self, name: str) -> Facet:
        facet = FACETS.get(name)
        if facet is None or self.node.type not in facet.types:
            raise KeyError(name)
        return facet(self.node)

    def names(self) -> list[str]:
        """The facets that this node has."""
        return [name for name, facet in FACETS.items() if self.node.type in facet.types]
