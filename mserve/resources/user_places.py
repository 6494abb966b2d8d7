"""The places of the site's users, below its `/-/users/`."""

from typing import Any

from mserve.resources.facet import Facet
from mserve.resources.people_places import OF_SITE, Place
from mserve.resources.statement_places import UserStatement


class UsersFacet(Facet):
    name = "users"
    types = OF_SITE

    def __getitem__(self, name: str) -> Any:
        user = self.node.users.get(name)
        if user is None:
            raise KeyError(name)
        return UserPlace(self, name, user)


class UserPlace(Place):
    def __init__(self, above: Any, name: str, user: Any) -> None:
        super().__init__(above, name)
        self.user = user

    def __getitem__(self, name: str) -> Any:
        return USER_PARTS[name](self, name, self.user)


class UserPart(Place):
    def __init__(self, above: Any, name: str, user: Any) -> None:
        super().__init__(above, name)
        self.user = user


class UserReset(UserPart):
    pass


class UserKeys(UserPart):
    pass


class UserUsage(UserPart):
    """What the user has used."""


class UserQuotas(UserPart):
    pass


USER_PARTS: dict[str, type[UserPart] | type[UserStatement]] = {
    "reset": UserReset,
    "keys": UserKeys,
    "usage": UserUsage,
    "statement": UserStatement,
    "quotas": UserQuotas,
}
