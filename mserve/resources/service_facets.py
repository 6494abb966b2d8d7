"""Facets of services, and of what is in them: what comes in, runs by itself, and is thrown away."""

from typing import Any

from mserve.resources.deposit import Reach
from mserve.resources.facet import Facet


class Schedules(Facet):
    name = "schedules"
    types = frozenset({"service"})


class Rounds(Facet):
    name = "rounds"
    types = frozenset({"service"})

    def __getitem__(self, name: str) -> Any:
        return self.node.rounds[name]


class Trash(Facet):
    name = "trash"
    types = frozenset({"service"})

    def __getitem__(self, name: str) -> Any:
        return self.node.trash[name]


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


class Receipts(Facet):
    name = "receipts"
    types = frozenset({"service", "folder"})
    reach = Reach.TOP


class QuotasFacet(Facet):
    name = "quotas"
    types = frozenset({"container", "service"})


class PropertiesFacet(Facet):
    name = "properties"
    types = frozenset({"container", "service"})


class WebdavFacet(Facet):
    name = "webdav"
    types = frozenset({"container", "service", "folder"})


class Profiles(Facet):
    name = "profiles"
    types = frozenset({"container", "service"})

    def __getitem__(self, name: str) -> Any:
        return self.node.profiles[name]
