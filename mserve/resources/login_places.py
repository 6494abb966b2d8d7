"""The places below the site's `/-/login`: logins elsewhere, and where they come back to."""

from typing import Any

from mserve.resources.facet import Facet
from mserve.resources.people_places import OF_SITE, Place


class Login(Facet):
    name = "login"
    types = OF_SITE

    def __getitem__(self, name: str) -> Any:
        return LOGINS[name](self, name)


class WayPlace(Place):
    """A login elsewhere; `way` is its path below the login's, whether the ini has it or not."""

    def __init__(self, above: Any, name: str, before: str = "") -> None:
        super().__init__(above, name)
        self.way = f"{before}{name}"

    def __getitem__(self, name: str) -> Any:
        if name != "back":
            raise KeyError(name)
        return WayBack(self, name)


class WayBack(Place):
    """Where the browser comes back to from there."""

    @property
    def way(self) -> str:
        return str(self.__parent__.way)


class ConnectPlaces(Place):
    """The providers of OpenID Connect, by name."""

    def __getitem__(self, name: str) -> WayPlace:
        return WayPlace(self, name, f"{self.__name__}/")


LOGINS: dict[str, type[Place]] = {"oidc": ConnectPlaces, "openid2": WayPlace}
