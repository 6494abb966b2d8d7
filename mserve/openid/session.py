"""The session by which Authlib talks to a provider: no proxies, no redirects, within limits."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlencode

import httpx
from authlib.oauth2.client import OAuth2Client

from mserve.errors import ProviderAway, TaskError
from mserve.logins import Provider, is_secure
from mserve.outside.address import Unreachable
from mserve.outside.exchange import Question, ask

SECONDS = 10.0
MOST = 1 << 20  # bytes
ANYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))  # whom the ini names is trusted


class Session:
    """What `authlib.oauth2.client.OAuth2Client` needs of a session."""

    def post(
        self, url: str, data: Mapping[str, str], headers: Mapping[str, str], auth: Any
    ) -> httpx.Response:
        url, given, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        return exchange("POST", url, given, body.encode())


def client(provider: Provider, metadata: Mapping[str, Any], redirect_uri: str) -> OAuth2Client:
    """Authlib's client of the provider, with PKCE by S256 (RFC 7636)."""
    return OAuth2Client(
        Session(),
        client_id=provider.client_id,
        client_secret=provider.client_secret or None,
        token_endpoint_auth_method=_method(provider, metadata),
        scope=provider.scope,
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
    )


def document(url: str, headers: Mapping[str, str] = {}) -> dict[str, Any]:
    """The JSON object at `url`; raises ProviderAway."""
    answer = exchange("GET", url, {"Accept": "application/json", **headers})
    try:
        found = answer.json() if answer.status_code == 200 else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderAway(f"{url} answers {answer.status_code}, and no JSON object")
    return found


def exchange(
    method: str, url: str, headers: Mapping[str, str], content: bytes | None = None
) -> httpx.Response:
    """The whole answer; raises ProviderAway."""
    if not is_secure(url):
        raise ProviderAway("the provider names an address of its own that is no https:// address")
    question = Question(url, method, headers, content, SECONDS, patience=SECONDS)
    try:
        with ask(question, ANYWHERE) as answer:
            body = b"".join(answer.blocks(MOST))
            return httpx.Response(answer.status, content=body, request=httpx.Request(method, url))
    except (TaskError, Unreachable) as fault:
        raise ProviderAway(str(fault)) from fault


def _method(provider: Provider, metadata: Mapping[str, Any]) -> str:
    """How the client proves who it is; that of OpenID Connect's default where it may."""
    offered = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if not provider.client_secret:
        return "none"
    post = "client_secret_basic" not in offered and "client_secret_post" in offered
    return "client_secret_post" if post else "client_secret_basic"
