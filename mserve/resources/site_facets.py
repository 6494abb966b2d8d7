"""Facets of the site, for who administers it: how it does, what it is set to, what is stored."""

import re
from typing import Any

from mserve.resources.facet import Facet

OID = re.compile(r"[0-9a-f]{16}")


class StatusFacet(Facet):
    name = "status"
    types = frozenset({"site"})


class SettingsFacet(Facet):
    name = "settings"
    types = frozenset({"site"})


class Objects(Facet):
    name = "objects"
    types = frozenset({"site"})

    def __getitem__(self, name: str) -> Any:
        if not OID.fullmatch(name):
            raise KeyError(name)
        return ObjectPlace(self, name)


class ObjectPlace:
    """The place of one object of the database, of which nothing is known yet."""

    def __init__(self, objects: Objects, name: str) -> None:
        self.__parent__ = objects
        self.__name__ = name
        self.node = objects.node
        self.oid = bytes.fromhex(name)
