"""The places of people below the site's `/-/`: reset, the own account, requests."""

from typing import Any, ClassVar

from mserve.resources.facet import Facet
from mserve.resources.statement_places import OwnStatement

OF_SITE = frozenset({"site"})


class Place:
    """Somewhere below a facet; `name` is its segment of the URL."""

    def __init__(self, above: Any, name: str) -> None:
        self.__parent__ = above
        self.__name__ = name


class Reset(Facet):
    name = "reset"
    types = OF_SITE

    def __getitem__(self, name: str) -> Any:
        return ResetLink(self, name)


class ResetLink(Place):
    """A link that sets a password; its name is the token, which may be of no use."""


class Account(Facet):
    """The own account of who asks."""

    name = "account"
    types = OF_SITE

    def __getitem__(self, name: str) -> Any:
        return PARTS[name](self, name)


class PasswordPlace(Place):
    pass


class FactorPlace(Place):
    """The second factor."""


class OwnQuotas(Place):
    """What the account may use."""


class Several(Place):
    """A part of the account that holds things by id, whether they are there or not."""

    each: ClassVar[type[Place]]

    def __getitem__(self, name: str) -> Place:
        return self.each(self, name)


class SessionPlace(Place):
    pass


class SessionsPlace(Several):
    each = SessionPlace


class TokenPlace(Place):
    pass


class TokensPlace(Several):
    each = TokenPlace


class KeptPlace(Place):
    pass


class KeptPlaces(Several):
    """The keys of the profile."""

    each = KeptPlace


class RequestPlace(Place):
    pass


class RequestPlaces(Several):
    """The requests for services that one has made."""

    each = RequestPlace


class Offers(Facet):
    """The containers that take requests for services."""

    name = "offers"
    types = OF_SITE


class RequestsFacet(Facet):
    """The requests for services of a container."""

    name = "requests"
    types = frozenset({"container"})

    def __getitem__(self, name: str) -> Any:
        return (self.node.requests or {})[name]


PARTS: dict[str, type[Place] | type[OwnStatement]] = {
    "statement": OwnStatement,
    "quotas": OwnQuotas,
    "password": PasswordPlace,
    "second-factor": FactorPlace,
    "sessions": SessionsPlace,
    "tokens": TokensPlace,
    "keys": KeptPlaces,
    "requests": RequestPlaces,
}
