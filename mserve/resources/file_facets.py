"""Facets of files: bytes, pictures, versions, metadata, where they come from, and receipts."""

from typing import Any

from mserve.resources.deposit import Reach
from mserve.resources.facet import Facet


class ContentFacet(Facet):
    name = "content"
    types = frozenset({"mfile"})


class Thumbnail(Facet):
    name = "thumbnail"
    types = frozenset({"mfile"})


class Poster(Facet):
    name = "poster"
    types = frozenset({"mfile"})


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


class MetadataFacet(Facet):
    name = "metadata"
    types = frozenset({"folder", "mfile"})


class Subtitles(Facet):
    name = "subtitles"
    types = frozenset({"mfile"})


class Receipt(Facet):
    name = "receipt"
    types = frozenset({"mfile"})
    reach = Reach.OWN
