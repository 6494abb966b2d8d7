"""Address: a place of a site, by the names that lead to it. The key is not a part of it.

`https://host/k/<key>/photos/` is the root `https://host/k/-` and the name `photos`; the key is put
in by the transport (session.py) as the request leaves, so that no log or message can hold it.
"""

import re
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import quote, unquote_to_bytes, urlsplit

from mserve.client.errors import BadAddress

SAFE = "!$&'()*+,;=:@~"  # sub-delims of a path segment, RFC 3986, 3.3
KEY = re.compile(r"[A-Za-z0-9_-]{43}")
PLACEHOLDER = "-"
OWN_FACETS = ("content", "info")


@dataclass(frozen=True)
class Address:
    """root: URL of the site, or of the place of its key, without a slash; names: below it.

    folder: the URL ended in a slash, so a folder is meant.
    """

    root: str
    names: tuple[str, ...] = ()
    folder: bool = False

    @property
    def url(self) -> str:
        return "/".join([self.root, *map(_quoted, self.names)]) + ("" if self.names else "/")

    def facet(self, *names: str) -> str:
        """The URL of what lies below `/-/`."""
        return "/".join([self.root, *map(_quoted, (*self.names, "-", *names))])

    @property
    def parent(self) -> "Address | None":
        return Address(self.root, self.names[:-1]) if self.names else None

    @property
    def keyed(self) -> bool:
        """Whether the path holds a key."""
        return self.root.endswith(f"/k/{PLACEHOLDER}")

    @property
    def told(self) -> str:
        """For people: the last of the names, else the root."""
        return "/".join(self.names) or self.root

    def below(self, *names: str) -> "Address":
        """What is called so below it; raises BadAddress."""
        return Address(self.root, (*self.names, *map(check_name, names)))

    def at(self, path: str) -> "Address":
        """The place at `path` below it: plain names and slashes, nothing escaped."""
        return self.below(*filter(None, path.split("/"))) if path else self


def check_name(name: str) -> str:
    """`name`, if something on the server can be called so, and in a folder here as well."""
    if name in ("", ".", "..", "-") or "/" in name or "\0" in name:
        raise BadAddress(f"nothing can be called {name!r}")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise BadAddress(f"the name {name!r} is not UTF-8, and cannot be sent") from None
    return name


def parse(url: str) -> tuple[Address, str | None]:
    """The address that a URL is of, and the key in it, if any. Raises BadAddress."""
    try:
        parts = urlsplit(url)
        host = parts.hostname and parts.netloc.rpartition("@")[2]
        parts.port  # noqa: B018 - ValueError where it is no number
    except ValueError:
        raise BadAddress("this is not a URL: https://host/container/service/…") from None
    if parts.scheme not in ("http", "https") or not host:
        raise BadAddress("a URL should begin as https://host/ or http://host/")
    if parts.username is not None or parts.password is not None:
        raise BadAddress("put the key into a file or MSERVE_KEY, not before the host")
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        raise BadAddress("in a URL, ? of a name is written %3F, and # is %23")
    segments = [_unquoted(each) for each in parts.path.split("/") if each]
    above, key, names = _split(segments)
    root = "/".join([f"{parts.scheme}://{host}", *map(_quoted, above)])
    slash = parts.path.endswith("/") or not names
    return Address(root, tuple(map(check_name, _without_facet(names))), slash), key


def _split(segments: list[str]) -> tuple[list[str], str | None, list[str]]:
    """What is above the key, the key, and what is below; all is below where there is none."""
    for n, (door, key) in enumerate(pairwise(segments)):
        if door == "k" and (n == 0 or KEY.fullmatch(key)):
            known = None if key == PLACEHOLDER else key
            return [*segments[:n], "k", PLACEHOLDER], known, segments[n + 2 :]
    return [], None, segments


def _without_facet(names: list[str]) -> list[str]:
    """`…/cat.jpg/-/content`, as it is copied from a page, means the file."""
    facet = len(names) > 1 and names[-2] == "-" and names[-1] in OWN_FACETS
    return names[:-2] if facet else names


def _quoted(name: str) -> str:
    return quote(name, safe=SAFE)


def _unquoted(segment: str) -> str:
    try:
        return unquote_to_bytes(segment).decode()
    except UnicodeError:
        raise BadAddress("the path of the URL is not UTF-8") from None
