"""Outside: one HTTP exchange with a server that anybody may have named.

The name is looked up here, and the connection goes to the very address that was checked, at each
redirect anew. Nothing of the environment plays a part (proxies, netrc, cookies), and all of it has
a limit: time, redirects, and the bytes of the answer.
"""

import base64
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpcore
import httpx

from mserve import outlets
from mserve.errors import TaskError
from mserve.outside.address import Unreachable, allowed
from mserve.outside.answer import Answer
from mserve.outside.connection import Backend

AGENT = "mserve"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
SCHEMES = ("http", "https")
PORTS = range(1, 1 << 16)


@dataclass(frozen=True)
class Question:
    """`seconds` is for all of it, `patience` for a silence, also in seconds.

    Credentials in `url` become an Authorization header.
    """

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | Iterable[bytes] | None = None
    seconds: float = 3600.0
    patience: float = 60.0
    redirects: int = 0


@contextmanager
def ask(question: Question, networks: Sequence[outlets.Network] | None = None) -> Iterator[Answer]:
    """The answer, while its body can be read.

    networks: what may be reached beside the public internet; a task's environment says it.
    Raises TaskError where another attempt would fare no better, Unreachable where it might.
    """
    open_ones = allowed() if networks is None else networks
    backend = Backend(open_ones, time.monotonic() + question.seconds)
    first = url = checked(question.url)
    for _ in range(question.redirects + 1):
        with _exchange(backend, question, url, first) as answer:
            if answer.status not in REDIRECTS or not question.redirects:
                yield answer
                return
            url = _next(url, answer.headers.get("location", ""))
    raise TaskError(f"{shown(first)} leads over more than {question.redirects} redirects")


def checked(text: str) -> httpx.URL:
    """Raises TaskError where it is no address of the web."""
    try:
        url = httpx.URL(text)
        sound = url.scheme in SCHEMES and url.host and (url.port is None or url.port in PORTS)
    except (httpx.InvalidURL, ValueError, TypeError) as fault:  # whose words may hold a password
        raise TaskError("the url cannot be read; right is https://example.com/file") from fault
    if not sound:
        raise TaskError(f"{shown(url)} is no http:// or https:// address")
    return url


def shown(url: httpx.URL) -> str:
    """Without credentials and fragment."""
    return str(url.copy_with(userinfo=b"", fragment=None))


def tls() -> ssl.SSLContext:
    """Trusts the usual authorities, or those in the file that SSL_CERT_FILE names."""
    return httpx.create_ssl_context()


@contextmanager
def _exchange(
    backend: Backend, question: Question, url: httpx.URL, first: httpx.URL
) -> Iterator[Answer]:
    timeout = dict.fromkeys(("connect", "read", "write", "pool"), question.patience)
    headers = {**_headers(url, first), **question.headers}
    with (
        _explained(url),
        httpcore.ConnectionPool(
            ssl_context=tls() if url.scheme == "https" else None, network_backend=backend
        ) as pool,
        pool.stream(
            question.method,
            _target(url),
            headers=[*headers.items()],
            content=question.content,  # type: ignore[arg-type]  # an iterable will do
            extensions={"timeout": timeout},
        ) as response,
    ):
        given = httpx.Headers(response.headers)
        yield Answer(shown(url), response.status, given, response.iter_stream())


def _target(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )


def _headers(url: httpx.URL, first: httpx.URL) -> dict[str, str]:
    """Credentials are for the server that they were given for, and for no other."""
    headers = {"Host": url.netloc.decode("ascii"), "User-Agent": AGENT}
    if first.userinfo and _origin(url) == _origin(first):
        pair = f"{first.username}:{first.password}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    return headers


def _origin(url: httpx.URL) -> tuple[str, bytes, int | None]:
    return url.scheme, url.raw_host, url.port


def _next(url: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect leads; credentials in it are not used, as those are the first URL's."""
    if not location:
        raise TaskError(f"{shown(url)} answers with a redirect to nowhere")
    try:
        joined = str(url.join(location))
    except (httpx.InvalidURL, ValueError) as fault:
        raise TaskError(f"{shown(url)} answers with a redirect that cannot be read") from fault
    return checked(joined)


@contextmanager
def _explained(url: httpx.URL) -> Iterator[None]:
    where = shown(url)
    try:
        yield
    except httpcore.TimeoutException as fault:
        raise Unreachable(f"{where} took too long") from fault
    except httpcore.NetworkError as fault:
        cause = fault.args[0] if fault.args else None
        if isinstance(cause, ssl.SSLCertVerificationError):
            words = f"has a certificate that is not trusted: {cause.verify_message}"
            raise TaskError(f"{where} {words}") from fault
        raise Unreachable(f"{where} cannot be reached: {fault}") from fault
    except httpcore.ProtocolError as fault:
        raise Unreachable(f"{where} does not answer as HTTP wants it: {fault}") from fault
