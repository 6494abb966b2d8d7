"""ID tokens: what one says, if it is the provider's, for this site, for this login, and fresh.

OpenID Connect Core 1.0, 3.1.3.7. Signature by joserfc, claims by Authlib.
"""

from collections.abc import Mapping
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import ClaimError, ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, OctKey

from mserve.errors import LoginRefused
from mserve.logins import SYMMETRIC
from mserve.openid.directory import Directory

LEEWAY = 30  # seconds that two clocks may differ
LONGEST = 255  # characters of a subject: OpenID Connect Core 1.0, 2


def verify(
    directory: Directory, token: Mapping[str, Any], nonce: str, now: int | None = None
) -> dict[str, Any]:
    """The claims of `token["id_token"]`. Raises LoginRefused with what is wrong, ProviderAway.

    now: seconds since 1970, if it is not the present.
    """
    text = token.get("id_token")
    if not isinstance(text, str):
        raise _refused(directory, "it holds no ID token")
    signed = _signed(directory, text)
    expected = _expected(directory, token, nonce)
    claims = CodeIDToken(signed.claims, signed.header, _options(directory), expected)
    try:
        claims.validate(now, LEEWAY)
    except ExpiredTokenError as fault:
        raise _refused(directory, "the ID token has expired; please log in again") from fault
    except (ClaimError, TypeError, ValueError) as fault:
        name = getattr(fault, "claim", "") or "of it"
        raise _refused(directory, f"the claim {name} of the ID token is wrong") from fault
    if not 0 < len(claims["sub"]) <= LONGEST:
        raise _refused(directory, "the claim sub of the ID token is wrong")
    return dict(claims)


def _signed(directory: Directory, text: str) -> jwt.Token:
    """Decoded, if the signature is right; with an unknown key id the keys may be newer by now."""
    try:
        try:
            return _decode(directory, text, directory.keys())
        except InvalidKeyIdError:
            return _decode(directory, text, directory.keys(again=True))
    except (JoseError, ValueError) as fault:
        raise _refused(directory, "the ID token's signature is wrong") from fault


def _decode(directory: Directory, text: str, keys: KeySet) -> jwt.Token:
    """The algorithm is one of those that the ini allows, whatever the token says."""
    allowed = directory.provider.algorithms
    secret = SYMMETRIC in allowed and jws.extract_compact(text.encode()).headers().get("alg")
    key: KeySet | OctKey = directory.secret() if secret == SYMMETRIC else keys
    registry = jws.JWSRegistry(algorithms=list(allowed), strict_check_header=False)
    return jwt.decode(text, key, registry=registry)


def _options(directory: Directory) -> dict[str, Any]:
    provider = directory.provider
    return {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
    }


def _expected(directory: Directory, token: Mapping[str, Any], nonce: str) -> dict[str, Any]:
    """Of the nonce, the authorized party, and the access token that came along."""
    return {
        "nonce": nonce,
        "client_id": directory.provider.client_id,
        "access_token": token.get("access_token"),
    }


def _refused(directory: Directory, words: str) -> LoginRefused:
    return LoginRefused(f"what {directory.provider.label} answers is not accepted: {words}")
