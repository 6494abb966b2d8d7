"""The head of a request: its line and headers, by llhttp; what is no plain HTTP/1.1 is refused.

llhttp refuses what lets a request be smuggled past a front: two lengths, a length and chunks,
white space before a colon, line breaks that are none.
"""

from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

END = b"\r\n\r\n"
LIMIT = 1 << 18  # bytes of a head


class Refused(Exception):
    """The head cannot be used: a status line, and a sentence on what would be right."""

    def __init__(self, status: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


class Head(NamedTuple):
    """What was asked. Headers are by their CGI name (RFC 3875, 4.1.18), path and query as sent."""

    method: str
    path: str
    query: str
    version: str
    keep_alive: bool
    headers: dict[str, str]

    @property
    def length(self) -> int:
        return int(self.headers.get("CONTENT_LENGTH", 0))

    @property
    def chunked(self) -> bool:
        return "HTTP_TRANSFER_ENCODING" in self.headers

    @property
    def expects(self) -> bool:
        """Whether the client waits for `100 Continue` (RFC 9110, 10.1.1)."""
        expect = self.headers.get("HTTP_EXPECT", "")
        return expect.lower() == "100-continue" and self.version == "1.1"


class Parsing:
    """What llhttp calls as it reads."""

    __slots__ = ("headers", "hosts", "target")

    def __init__(self) -> None:
        self.target = b""
        self.headers: dict[str, str] = {}
        self.hosts = 0

    def on_url(self, part: bytes) -> None:
        self.target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        key = NAMES.get(name) or cgi_name(name)
        text = value.decode("latin-1")
        if key == "HTTP_HOST":
            self.hosts += 1
        if not key:
            return
        known = self.headers.get(key)
        separator = "; " if key == "HTTP_COOKIE" else ", "
        self.headers[key] = text if known is None else f"{known}{separator}{text}"


NAMES: dict[bytes, str] = {}
"""CGI names of the header names that were seen lately, as clients write them."""


def cgi_name(name: bytes) -> str:
    """`Content-Type` as CONTENT_TYPE, `Host` as HTTP_HOST; none for a name with an underscore.

    A front that drops `X_Forwarded_For` and one that passes it on would mean different headers.
    """
    text = name.decode("latin-1").upper()
    if "_" in text:
        return ""
    key = text.replace("-", "_")
    if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        key = f"HTTP_{key}"
    if len(NAMES) < 500 and len(name) < 50:
        NAMES[name] = key
    return key


def parse(head: bytes) -> Head:
    """The head in `head`, which ends in END. Raises Refused."""
    found = Parsing()
    parser = HttpRequestParser(found)
    try:
        parser.feed_data(head)
    except HttpParserUpgrade:
        pass  # the protocol asked for is not spoken here; the request is answered as it is
    except HttpParserError as fault:
        raise Refused("400 Bad Request", f"this is no HTTP/1.1 request: {fault}") from None
    version = parser.get_http_version()
    _check(found, version)
    path, query = _split(found)
    stays = _stays(found, version)
    return Head(parser.get_method().decode(), path, query, version, stays, found.headers)


def _stays(found: Parsing, version: str) -> bool:
    """Whether the connection stays open after the answer (RFC 9112, 9.3)."""
    said = {each.strip().lower() for each in found.headers.get("HTTP_CONNECTION", "").split(",")}
    return "close" not in said and (version == "1.1" or "keep-alive" in said)


def _check(found: Parsing, version: str) -> None:
    if version not in ("1.1", "1.0"):
        raise Refused("505 HTTP Version Not Supported", "HTTP/1.1 is spoken here")
    if found.hosts > 1 or (found.hosts == 0 and version == "1.1"):
        raise Refused("400 Bad Request", "a request has one Host header")
    coding = found.headers.get("HTTP_TRANSFER_ENCODING")
    if coding is not None and (coding.strip().lower() != "chunked" or version == "1.0"):
        raise Refused("501 Not Implemented", "chunked is the one transfer coding that is taken")


def _split(found: Parsing) -> tuple[str, str]:
    """Path (decoded, as WSGI wants it) and query of the target (RFC 9112, 3.2)."""
    target = found.target
    if not target.startswith(b"/"):
        if target == b"*":
            return "/", ""
        scheme, separator, rest = target.partition(b"://")
        if not separator or scheme.lower() not in (b"http", b"https"):
            raise Refused("400 Bad Request", "the target of a request is a path, such as /a/b")
        host, slash, path = rest.partition(b"/")
        found.headers["HTTP_HOST"] = host.partition(b"?")[0].decode("latin-1")
        target = slash + path or b"/"
    path, _, query = target.partition(b"?")
    if b"#" in target:
        raise Refused("400 Bad Request", "a target has no fragment")
    if b"%" in path:
        path = unquote_to_bytes(path)
    return path.decode("latin-1"), query.decode("latin-1")
