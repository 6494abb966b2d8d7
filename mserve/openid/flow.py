"""The code flow of OpenID Connect, with PKCE, state and nonce: how it begins, and how it ends."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from authlib.oauth2 import OAuth2Error

from mserve.errors import LoginRefused, ProviderAway
from mserve.openid.directory import Directory
from mserve.openid.person import Person
from mserve.openid.session import client, document
from mserve.openid.token import verify

ISS_ANNOUNCED = "authorization_response_iss_parameter_supported"  # RFC 9207, 3
SHOWN = 80  # characters of a provider's words


@dataclass(frozen=True)
class Begun:
    """A login that has begun: where the browser goes, and what is kept until it comes back."""

    url: str
    state: str
    nonce: str
    verifier: str


def begin(directory: Directory, redirect_uri: str) -> Begun:
    """Raises ProviderAway."""
    metadata = directory.metadata()
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    url, _ = client(directory.provider, metadata, redirect_uri).create_authorization_url(
        metadata["authorization_endpoint"], state, verifier, nonce=nonce
    )
    return Begun(url, state, nonce, verifier)


def finish(
    directory: Directory, begun: Begun, redirect_uri: str, answer: Mapping[str, str]
) -> Person:
    """Who it is, by the parameters with which the browser came back.

    Raises LoginRefused with what is wrong, and ProviderAway.
    """
    _check(directory, answer)
    token = _redeem(directory, begun, redirect_uri, answer["code"])
    return _person(directory, token, verify(directory, token, begun.nonce))


def _check(directory: Directory, answer: Mapping[str, str]) -> None:
    provider = directory.provider
    announced = directory.metadata().get(ISS_ANNOUNCED) is True
    if answer.get("iss", None if announced else provider.issuer) != provider.issuer:
        raise LoginRefused(f"this answer to the login is not from {provider.label}; log in again")
    if "error" in answer:
        words = {"access_denied": "you were not logged in there, or have not agreed"}
        raise LoginRefused(f"{provider.label} says: {_told(answer['error'], words)}")
    if not answer.get("code"):
        raise LoginRefused(f"{provider.label} has sent you back without a code; log in again")


def _redeem(directory: Directory, begun: Begun, redirect_uri: str, code: str) -> Mapping[str, Any]:
    """The tokens for the code; the verifier shows that it is ours who began (RFC 7636)."""
    label, metadata = directory.provider.label, directory.metadata()
    try:
        found: Mapping[str, Any] = client(directory.provider, metadata, redirect_uri).fetch_token(
            metadata["token_endpoint"],
            grant_type="authorization_code",
            code=code,
            code_verifier=begun.verifier,
        )
    except OAuth2Error as fault:
        words = {"invalid_grant": "the code was used already, or is too old; log in again"}
        raise LoginRefused(f"{label} says: {_told(str(fault.error), words)}") from fault
    except (httpx.HTTPError, ValueError) as fault:
        raise ProviderAway(f"{label} does not answer with tokens just now") from fault
    return found


def _person(directory: Directory, token: Mapping[str, Any], claims: Mapping[str, Any]) -> Person:
    known = {**_described(directory, token, claims), **claims}
    verified = known.get("email_verified") is True
    return Person(
        claims["iss"],
        claims["sub"],
        login=_text(known, "preferred_username"),
        name=_text(known, "name"),
        email=_text(known, "email") if verified else "",
    )


def _described(
    directory: Directory, token: Mapping[str, Any], claims: Mapping[str, Any]
) -> Mapping[str, Any]:
    """What the userinfo endpoint adds of the same person (OpenID Connect Core 1.0, 5.3.2)."""
    place, access = directory.metadata().get("userinfo_endpoint"), token.get("access_token")
    if not place or not access or "name" in claims:
        return {}
    try:
        found = document(str(place), {"Authorization": f"Bearer {access}"})
    except ProviderAway:
        return {}  # how they are called is no condition of a login
    return found if found.get("sub") == claims["sub"] else {}


def _text(claims: Mapping[str, Any], name: str) -> str:
    found = claims.get(name)
    return found if isinstance(found, str) else ""


def _told(error: str, words: Mapping[str, str]) -> str:
    shown = "".join(each for each in error[:SHOWN] if each.isprintable())
    return words.get(error, shown)
