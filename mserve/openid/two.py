"""OpenID 2.0 by velruse, over python3-openid: how a login begins, and how it ends.

velruse is of 2013. It is given what it needs of a request, and mended where Python 3 and pages
without inline script want it otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openid import association, fetchers
from openid.consumer.consumer import ProtocolError
from openid.consumer.discover import DiscoveryFailure, OpenIDServiceEndpoint
from openid.extensions import sreg
from velruse import AuthenticationDenied
from velruse.exceptions import ThirdPartyFailure
from velruse.providers import openid as velruse

from mserve.errors import LoginRefused
from mserve.openid.associations import Associations
from mserve.openid.guarded import Guarded
from mserve.openid.person import Person
from mserve.outlets import Network

ISSUER = "http://specs.openid.net/auth/2.0"  # of all OpenIDs: each is unique by itself
ENDPOINT = ("claimed_id", "server_url", "type_uris", "local_id", "used_yadis")
SESSION, TOKEN = "openid_session", "_openid_consumer_last_token"
LONGEST = 2000  # characters of an OpenID
DEFAULT_TYPES = [("HMAC-SHA256", "DH-SHA256"), ("HMAC-SHA1", "DH-SHA1")]

Kept = dict[str, Any]


@dataclass
class Visit:
    """What velruse needs of a request."""

    return_to: str
    params: dict[str, str]
    session: dict[str, Any] = field(default_factory=dict)

    def route_url(self, name: str) -> str:
        """The one address to which providers send people back."""
        return self.return_to


class Consumer(velruse.OpenIDConsumer):  # type: ignore[misc]  # velruse has no types
    """Asks for names alone, and always by a redirect."""

    def _update_authrequest(self, request: Visit, asked: Any) -> None:
        if asked.endpoint.compatibilityMode():
            raise DiscoveryFailure("OpenID 1 is not spoken here", None)
        asked.shouldSendRedirect = lambda: True  # not by a page whose script sends a form
        asked.addExtension(sreg.SRegRequest(optional=["nickname", "fullname"]))


def begin(
    identifier: str, realm: str, return_to: str, store: Associations, networks: Sequence[Network]
) -> tuple[str, Kept]:
    """Where the browser goes, and what is to be kept until it comes back, as JSON has it.

    identifier: as a person has typed it. Raises LoginRefused.
    """
    fetchers.setDefaultFetcher(Guarded(networks))
    visit = Visit(return_to, {"openid_identifier": _normal(identifier)})
    try:
        answer = _consumer(realm, store).login(visit)
    except (DiscoveryFailure, ProtocolError, fetchers.HTTPFetchingError, ThirdPartyFailure,
            ValueError) as fault:  # fmt: skip
        raise LoginRefused(
            f"{identifier[:LONGEST]} is no OpenID that can be used here: it is not on the public "
            "internet by https, does not answer, or names no provider of OpenID 2.0"
        ) from fault
    endpoint = visit.session[SESSION][TOKEN]
    return answer.location, {name: getattr(endpoint, name) for name in ENDPOINT}


def finish(
    kept: Kept,
    realm: str,
    return_to: str,
    answer: Mapping[str, str],
    store: Associations,
    networks: Sequence[Network],
) -> Person:
    """Who it is, by the parameters with which the browser came back. Raises LoginRefused."""
    fetchers.setDefaultFetcher(Guarded(networks))
    visit = Visit(return_to, dict(answer), {SESSION: {TOKEN: _endpoint(kept)}})
    try:
        found = _consumer(realm, store).callback(visit)
    except (DiscoveryFailure, fetchers.HTTPFetchingError, ThirdPartyFailure, KeyError,
            ValueError) as fault:  # fmt: skip
        raise LoginRefused(REFUSED) from fault
    if isinstance(found, AuthenticationDenied):
        raise LoginRefused(REFUSED)
    profile = found.profile
    return Person(ISSUER, profile["identity"], profile["login"], profile["name"])


REFUSED = (
    "what your OpenID provider answers is not accepted: you were not logged in there, or have not "
    "agreed, or the answer was used already, or is not what was asked for; log in again"
)


def _consumer(realm: str, store: Associations) -> Consumer:
    return Consumer("openid", "openid", realm=realm, storage=store)


def _normal(identifier: str) -> str:
    """With https where nothing is said; names that are no addresses (XRI) are refused later."""
    text = identifier.strip()[:LONGEST]
    return text if "://" in text else f"https://{text}"


def _endpoint(kept: Kept) -> OpenIDServiceEndpoint:
    made = OpenIDServiceEndpoint()
    for name in ENDPOINT:
        setattr(made, name, kept[name])
    return made


def _told(identifier: str, sreg_resp: Any, ax_resp: Any) -> dict[str, str]:
    """Stands for velruse's own, which removes from a mapping while it goes through it."""
    said = sreg_resp or {}
    return {
        "identity": identifier,
        "login": said.get("nickname") or "",
        "name": said.get("fullname") or "",
    }


velruse.extract_openid_data = _told
association.default_negotiator.setAllowedTypes(DEFAULT_TYPES)
