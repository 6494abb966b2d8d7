"""Session: requests to one site with one key; errors are told, connections kept.

A key goes into the header, or where the address holds a place for it (`/k/-/`) into the path: at
the last moment, in the transport. Redirects are not followed, so it goes nowhere else.
"""

import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn
from urllib.request import getproxies, proxy_bypass

import httpx

from mserve.client.address import Address
from mserve.client.errors import (
    BadAddress,
    BadAnswer,
    Forbidden,
    NotFound,
    Unreachable,
    Untrusted,
    of_response,
)
from mserve.client.patience import Patience

CONNECT, QUIET = 15.0, 60.0  # seconds for a connection, and without any byte
HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}
Body = bytes | Iterable[bytes] | None


class Session:
    """url: root of an Address; key: the secret, or None."""

    def __init__(self, address: Address, key: str | None, patience: Patience) -> None:
        if address.keyed and not key:
            raise BadAddress("/k/-/ in a URL stands for a key, but none was given")
        self.patience = patience
        self.key = key
        headers = dict(HEADERS)
        if key and not address.keyed:
            headers["Authorization"] = f"Bearer {key}"
        self._http = httpx.Client(headers=headers, transport=_transport(address, key))

    def close(self) -> None:
        self._http.close()

    def ask(self, method: str, url: str, **options: Any) -> httpx.Response:
        """As `once`, tried again while what fails is passing."""
        return self.patience(lambda: self.once(method, url, **options))

    def look(self, url: str, **params: str | int) -> dict[str, Any]:
        """The JSON object at a URL; raises BadAnswer where it is none."""
        return document(self.ask("GET", url, params=params))

    def once(self, method: str, url: str, **options: Any) -> httpx.Response:
        """The whole response to one request; raises Answered, Unreachable."""
        with self.stream(method, url, **options) as response:
            response.read()
            return response

    @contextmanager
    def stream(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = {},
        content: Body = None,
        json: Any = None,
        params: Mapping[str, str | int] | None = None,
        timeout: float = QUIET,
    ) -> Iterator[httpx.Response]:
        """A response to be read with iter_raw(); the others are read already, and raised."""
        self.patience.check()
        limits = httpx.Timeout(connect=CONNECT, read=timeout, write=QUIET, pool=None)
        try:
            with self._http.stream(
                method, url, headers=dict(headers), content=content, json=json,
                params=params, timeout=limits,
            ) as response:  # fmt: skip
                if not response.is_success:
                    self._refuse(response)
                yield response
        except (httpx.TransportError, httpx.StreamError, httpx.InvalidURL) as fault:
            raise unreachable(fault) from None  # its request could be looked at by who catches it

    def _refuse(self, response: httpx.Response) -> NoReturn:
        if response.is_redirect:
            raise BadAnswer("the server sends elsewhere, which is not followed; use the new URL")
        response.read()
        error = of_response(response)
        if isinstance(error, Forbidden | NotFound) and not self.key:
            error.args = (f"{error} (no key was given)",)
        raise error


class _Keyed(httpx.HTTPTransport):
    """Writes the key into the path as the request leaves."""

    def __init__(self, root: bytes, key: bytes, **options: Any) -> None:
        super().__init__(**options)
        self._before, self._after = root, root[:-1] + key

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path
        assert path.startswith(self._before)
        url = request.url.copy_with(raw_path=self._after + path[len(self._before) :])
        keyed = httpx.Request(
            request.method, url, headers=request.headers,
            stream=request.stream, extensions=request.extensions,
        )  # fmt: skip
        return super().handle_request(keyed)


def _transport(address: Address, key: str | None) -> httpx.HTTPTransport:
    options: dict[str, Any] = {
        "proxy": _proxy(address.root),
        "limits": httpx.Limits(max_connections=None, max_keepalive_connections=32),
    }
    if not (address.keyed and key):
        return httpx.HTTPTransport(**options)
    try:
        return _Keyed(httpx.URL(address.root).raw_path, key.encode("ascii"), **options)
    except UnicodeEncodeError:
        raise BadAddress("this cannot be a key") from None


def _proxy(root: str) -> str | None:
    """The proxy that the environment names for the site: HTTPS_PROXY, NO_PROXY, …"""
    url = httpx.URL(root)
    proxies = getproxies()
    return None if proxy_bypass(url.host) else proxies.get(url.scheme) or proxies.get("all")


def document(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of a response; raises BadAnswer where it is none."""
    try:
        found = response.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BadAnswer("what answers at this URL is not mserve")
    return found


def unreachable(fault: Exception) -> Unreachable:
    """The error that tells what broke."""
    cause: BaseException | None = fault
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Untrusted(f"the server's certificate is not trusted: {cause.verify_message}")
        cause = cause.__cause__ or cause.__context__
    if isinstance(fault, httpx.TimeoutException):
        return Unreachable("the server did not answer in time")
    if isinstance(fault, httpx.ConnectError):
        return Unreachable(f"the server cannot be reached: {fault}")
    return Unreachable("the connection broke")
