"""Facets: what belongs to mserve about a node, below `/-/` in its URL, apart from its children."""

from typing import Any

from mserve.resources.deposit import Reach
from mserve.resources.facet import Facet
from mserve.resources.job_parts import JobsEvents
from mserve.resources.login_places import Login
from mserve.resources.people_places import Account, Offers, RequestsFacet, Reset, UsersFacet


class Info(Facet):
    name = "info"
    reach = Reach.OWN


class UsageFacet(Facet):
    name = "usage"


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


class ContentFacet(Facet):
    name = "content"
    types = frozenset({"mfile"})


class Thumbnail(Facet):
    name = "thumbnail"
    types = frozenset({"mfile"})


class Poster(Facet):
    name = "poster"
    types = frozenset({"mfile"})


class Jobs(Facet):
    name = "jobs"
    reach = Reach.OWN
    types = frozenset({"service", "mfile"})

    def __getitem__(self, name: str) -> Any:
        return JobsEvents(self) if name == "events" else self.node.job(name)


class Schedules(Facet):
    name = "schedules"
    types = frozenset({"service"})


class Rounds(Facet):
    name = "rounds"
    types = frozenset({"service"})

    def __getitem__(self, name: str) -> Any:
        return self.node.rounds[name]


class Versions(Facet):
    name = "versions"
    types = frozenset({"mfile"})

    def __getitem__(self, name: str) -> Any:
        known = name.isascii() and name.isdecimal() and len(name) < 10  # an IOBTree has 32 bits
        version = self.node.find_version(int(name)) if known else None
        if version is None:
            raise KeyError(name)
        return VersionView(self, name, version)


class VersionView:
    """One former content, at its place in the tree."""

    def __init__(self, versions: Versions, name: str, version: Any) -> None:
        self.__parent__ = versions
        self.__name__ = name
        self.version = version


class Provenance(Facet):
    name = "provenance"
    types = frozenset({"mfile"})


class Trash(Facet):
    name = "trash"
    types = frozenset({"service"})

    def __getitem__(self, name: str) -> Any:
        return self.node.trash[name]


class Copy(Facet):
    name = "copy"
    types = frozenset({"folder", "mfile"})


class Batch(Facet):
    name = "batch"
    types = frozenset({"service", "folder"})


class Uploads(Facet):
    name = "uploads"
    reach = Reach.TOP
    types = frozenset({"service", "folder"})

    def __getitem__(self, name: str) -> Any:
        upload = self.get(name)
        if upload is None:
            raise KeyError(name)
        return upload

    def get(self, name: str) -> Any:
        upload = self.node.site.uploads.get(name)
        return upload if upload is not None and upload.__parent__ is self.node else None


class Receipt(Facet):
    name = "receipt"
    types = frozenset({"mfile"})
    reach = Reach.OWN


class Receipts(Facet):
    name = "receipts"
    types = frozenset({"service", "folder"})
    reach = Reach.TOP


class Search(Facet):
    name = "search"
    types = frozenset({"site", "container", "service", "folder"})


class Profiles(Facet):
    name = "profiles"
    types = frozenset({"container", "service"})

    def __getitem__(self, name: str) -> Any:
        return self.node.profiles[name]


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


class NodesFacet(Facet):
    name = "nodes"
    types = frozenset({"site"})


FACETS: dict[str, type[Facet]] = {
    facet.name: facet
    for facet in (
        Info, UsageFacet, Keys, Health, ContentFacet, Thumbnail, Poster, Jobs, Profiles,
        Versions, Provenance, Trash, Copy, Batch, Uploads, Search, Tasks, NodesFacet, Schedules,
        Rounds, Access, Login, Reset, Account, UsersFacet, Offers, RequestsFacet,
        AuditFacet, History, Receipt, Receipts,
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
