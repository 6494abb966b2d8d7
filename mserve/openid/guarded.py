"""The fetcher of python3-openid: anybody may name an address to it, so each is checked before."""

from collections.abc import Mapping, Sequence

from openid.fetchers import HTTPFetcher, HTTPResponse

from mserve.errors import LoginRefused
from mserve.logins import is_secure
from mserve.outlets import Network
from mserve.outside.exchange import Question, ask

SECONDS = 10.0
MOST = 1 << 18  # bytes
REDIRECTS = 4
FORM = "application/x-www-form-urlencoded"


class Guarded(HTTPFetcher):  # type: ignore[misc]  # openid has no types
    """Goes to public addresses and those in `networks`, and believes https alone."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self.networks = networks

    def fetch(
        self, url: str, body: str | bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> HTTPResponse:
        """Raises LoginRefused, TaskError, Unreachable; the library tells none of their words."""
        _demand_secure(url)
        with ask(_question(url, body, headers or {}), self.networks) as answer:
            _demand_secure(answer.url)
            content = b"".join(answer.blocks(MOST))
            given = {name.lower(): value for name, value in answer.headers.items()}
            return HTTPResponse(answer.url, answer.status, given, _text(content))


def _question(url: str, body: str | bytes | None, headers: Mapping[str, str]) -> Question:
    if body is None:
        return Question(url, "GET", headers, None, SECONDS, SECONDS, REDIRECTS)
    content = body.encode() if isinstance(body, str) else body
    return Question(url, "POST", {"Content-Type": FORM, **headers}, content, SECONDS, SECONDS)


def _demand_secure(url: str) -> None:
    """Who can change an answer on its way could be anybody by it."""
    if not is_secure(url):
        raise LoginRefused("an OpenID and its provider should have https:// addresses")


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1")
