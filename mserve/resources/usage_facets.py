"""Facets of usage: reports, statements and events of a node, and the site's metrics."""

from typing import Any

from mserve.resources.facet import Facet


class UsageFacet(Facet):
    name = "usage"


class UsageSummary(Facet):
    name = "usagesummary"


class StatementFacet(Facet):
    name = "statement"
    types = frozenset({"site", "container", "service", "folder"})

    def __getitem__(self, name: str) -> Any:
        if name == "entries":
            return StatementEntries(self)
        raise KeyError(name)


class StatementEntries:
    """`…/-/statement/entries`: what a statement's digest is over."""

    def __init__(self, statement: StatementFacet) -> None:
        self.__parent__ = statement
        self.__name__ = "entries"
        self.node = statement.node


class EventsFacet(Facet):
    name = "events"

    def __getitem__(self, name: str) -> Any:
        if name == UsageFacet.name:
            return UsageEvents(self)
        raise KeyError(name)


class UsageEvents:
    """`…/-/events/usage`: what is used, as it changes."""

    __name__ = UsageFacet.name

    def __init__(self, events: EventsFacet) -> None:
        self.__parent__ = events
        self.node = events.node


class MetricsFacet(Facet):
    name = "metrics-registry"
    types = frozenset({"site"})
