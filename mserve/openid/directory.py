"""Directory: what a provider publishes of itself: its endpoints, and the keys that it signs with.

Each web process keeps it for a while. A token that is signed with an unknown key has the keys
looked up again, once in a while.
"""

import time
from collections.abc import Mapping
from typing import Any

from authlib.oidc.discovery import get_well_known_url
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey

from mserve.errors import ProviderAway
from mserve.logins import Provider, is_secure
from mserve.openid.session import document

FRESH = 3600.0  # seconds
PAUSE = 30.0  # seconds between two looks for unknown keys
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Directory:
    """That of one provider (OpenID Connect Discovery 1.0, RFC 7517)."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._metadata: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def metadata(self) -> Mapping[str, Any]:
        """Raises ProviderAway."""
        if self._metadata is None or _age(self._metadata[0]) > FRESH:
            self._metadata = time.monotonic(), self._discover()
        return self._metadata[1]

    def keys(self, *, again: bool = False) -> KeySet:
        """The provider's keys; `again`: newer ones, where they may be asked for already.

        Raises ProviderAway.
        """
        if self._keys is None or _age(self._keys[0]) > (PAUSE if again else FRESH):
            self._keys = time.monotonic(), self._fetch_keys()
        return self._keys[1]

    def secret(self) -> OctKey:
        """The key of HS256."""
        return OctKey.import_key(self.provider.client_secret)

    def _discover(self) -> dict[str, Any]:
        """The issuer that is told should be the very one that was asked (section 4.3)."""
        found = document(get_well_known_url(self.provider.issuer, external=True))
        if found.get("issuer") != self.provider.issuer:
            raise ProviderAway(f"{self.provider.label} calls itself otherwise than the ini does")
        for name in NEEDED:
            if not is_secure(str(found.get(name, ""))):
                raise ProviderAway(f"{self.provider.label} has no {name} at an https:// address")
        return found

    def _fetch_keys(self) -> KeySet:
        try:
            return KeySet.import_key_set(document(self.metadata()["jwks_uri"]))  # type: ignore[arg-type]  # checked by it
        except (JoseError, ValueError, KeyError, TypeError) as fault:
            raise ProviderAway(f"{self.provider.label} publishes no usable keys") from fault


def _age(moment: float) -> float:
    return time.monotonic() - moment
