"""The ways by which people log in elsewhere, as the ini has them: each begins, and ends."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from mserve import outlets
from mserve.errors import SettingsError
from mserve.openid import flow
from mserve.openid.directory import Directory
from mserve.openid.person import Person
from mserve.seal import Seal
from mserve.settings import Settings

OPENID2 = "openid2"


@dataclass(frozen=True)
class Away:
    """Where the browser goes, the `state` with which it comes back, and what is kept until then."""

    url: str
    state: str
    kept: dict[str, Any] = field(repr=False)


class Way(Protocol):
    """`path` is its place below `/-/login/`, `accounts` what is done with who is unknown.

    asks: whether people say who they are, for the provider to be found by.
    """

    path: str
    label: str
    accounts: str
    asks: bool

    def begin(self, login: str, identifier: str) -> Away:
        """login: the address of this site's `/-/login`. Raises LoginRefused, ProviderAway."""

    def finish(self, login: str, away: Away, answer: Mapping[str, str]) -> Person:
        """answer: the parameters that came back. Raises LoginRefused, ProviderAway."""


class Connect:
    """A provider of OpenID Connect."""

    asks = False

    def __init__(self, directory: Directory) -> None:
        provider = directory.provider
        self.directory, self.path = directory, f"oidc/{provider.name}"
        self.label, self.accounts = provider.label, provider.accounts

    def begin(self, login: str, identifier: str) -> Away:
        begun = flow.begin(self.directory, self._back(login))
        return Away(begun.url, begun.state, asdict(begun))

    def finish(self, login: str, away: Away, answer: Mapping[str, str]) -> Person:
        return flow.finish(self.directory, flow.Begun(**away.kept), self._back(login), answer)

    def _back(self, login: str) -> str:
        return f"{login}/{self.path}/back"


class Two:
    """All providers of OpenID 2.0."""

    asks, path, label = True, OPENID2, "OpenID 2.0"

    def __init__(
        self, accounts: str, redis: Any, seal: Seal, networks: tuple[outlets.Network, ...]
    ) -> None:
        from mserve.openid import associations, two  # of an extra, that need not be there

        self.two, self.accounts, self.networks = two, accounts, networks
        self.store = associations.Associations(redis, seal)

    def begin(self, login: str, identifier: str) -> Away:
        state = secrets.token_urlsafe(32)
        url, kept = self.two.begin(
            identifier, _realm(login), self._back(login, state), self.store, self.networks
        )
        return Away(url, state, kept)

    def finish(self, login: str, away: Away, answer: Mapping[str, str]) -> Person:
        back = self._back(login, away.state)
        return self.two.finish(away.kept, _realm(login), back, answer, self.store, self.networks)

    def _back(self, login: str, state: str) -> str:
        return f"{login}/{self.path}/back?state={state}"


def ways(settings: Settings, redis: Any, seal: Seal) -> dict[str, Way]:
    """All that the ini has, by their paths. Raises SettingsError."""
    found: list[Way] = [Connect(Directory(each)) for each in settings.logins.providers.values()]
    if settings.logins.openid2 is not None:
        networks = outlets.networks(settings.outlets["MSERVE_OUTSIDE_ALLOW"])
        try:
            found.append(Two(settings.logins.openid2, redis, seal, networks))
        except ImportError as fault:
            raise SettingsError(
                ["mserve.openid2 needs what `pip install mserve[openid2]` brings"]
            ) from fault
    return {each.path: each for each in found}


def _realm(login: str) -> str:
    """The site, for which people agree."""
    return login.removesuffix("-/login")
