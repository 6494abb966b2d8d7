"""The header If (RFC 4918, 10.4): lists of lock tokens and entity tags, one of which must hold.

    (<urn:uuid:…> ["6dfc0a0b"])                    of what the request is for
    </acme/a.txt> (<urn:uuid:…>) (Not <DAV:x>)     of what lies at that path or URL

The tokens that it names, in whichever place, are those that the request gives.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from pyramid.httpexceptions import HTTPNotFound

from mserve.errors import BadInput, BadName, PreconditionFailed
from mserve.resources.guard import need_change
from mserve.resources.lock import Held, covering
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch, Node
from mserve.resources.roles import Permission
from mserve.views.absent import Absent
from mserve.views.traversal import descend

NAME = "If"
LIST = re.compile(r"\s*(?:<(?P<url>[^<>\s]+)>\s*)?\((?P<conditions>(?:[^()\"]|\"[^\"]*\")*)\)\s*")
CONDITION = re.compile(
    r'\s*(?P<negated>not\b\s*)?(?:<(?P<uri>[^<>\s]+)>|\[(?P<tag>(?:W/)?"[^"]*")\])\s*',
    re.IGNORECASE,
)
CUT = re.compile(r"(\))\s*\([^()]*$")
RIGHT = 'If should be lists as (<urn:uuid:…> ["6dfc0a0b"]), the first after a <URL> or none at all'


class Condition(NamedTuple):
    """`uri`, a lock's token, or `tag`, an entity tag in its quotes, is there; `negated`: is not."""

    negated: bool
    uri: str | None
    tag: str | None


class Listed(NamedTuple):
    """Conditions that must hold together, of what is at `url`; None: of what the request is for."""

    url: str | None
    conditions: tuple[Condition, ...]


@lru_cache(256)
def parse(text: str) -> tuple[Listed, ...]:
    """The lists of a header; raises BadInput that shows what would be right.

    A last list that has no end is left out, so that it never holds: litmus cuts what it sends.
    """
    lists: list[Listed] = []
    for found in _all(LIST, CUT.sub(r"\1", text)):
        url = found["url"] or (lists[-1].url if lists else None)
        if lists and lists[-1].url is None and url is not None:
            raise BadInput(RIGHT)
        conditions = tuple(
            Condition(each["negated"] is not None, each["uri"], each["tag"])
            for each in _all(CONDITION, found["conditions"])
        )
        lists.append(Listed(url, conditions))
    return tuple(lists)


def _all(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """What fills the text, one after the other, at least one; raises BadInput."""
    at = 0
    while at < len(text) or at == 0:
        found = pattern.match(text, at)
        if found is None:
            raise BadInput(RIGHT)
        yield found
        at = found.end()


def tokens_of(request: Any) -> frozenset[str]:
    """The tokens that the request gives; none where its header is not as it should be."""
    text = request.headers.get(NAME)
    if text is None:
        return frozenset()
    try:
        lists = parse(text)
    except BadInput:  # the check tells
        return frozenset()
    return frozenset(each.uri for every in lists for each in every.conditions if each.uri)


def check(request: Any, context: Any) -> None:
    """Raises PreconditionFailed where no list of the header holds, BadInput where it is none."""
    text = request.headers.get(NAME)
    if text is not None and not any(_holds(request, context, each) for each in parse(text)):
        raise PreconditionFailed(f"no list of If: {text} holds")


def _holds(request: Any, context: Any, listed: Listed) -> bool:
    place = context if listed.url is None else _found(request, listed.url)
    place = getattr(place, "node", place)
    return all(each.negated != _matches(each, place) for each in listed.conditions)


def _matches(condition: Condition, place: Any) -> bool:
    """A lock's token matches wherever the lock covers (10.4.4); tags are compared strongly."""
    if condition.tag is not None:
        return isinstance(place, Mfile) and condition.tag == f'"{place.etag}"'
    return any(held.lock.token == condition.uri for held in locks_at(place))


def need_unlocked(place: Any) -> None:
    """Raises LockTokenMissing, before bytes come in, where a lock forbids to put them there."""
    absent = isinstance(place, Absent)
    while isinstance(place, Absent):
        place = place.__parent__
    node = getattr(place, "node", place)
    if isinstance(node, Branch if absent else Node):
        need_change(node)


def locks_at(place: Any) -> list[Held]:
    """The locks that cover a node, or an Absent: a deep one covers what is not there yet."""
    if isinstance(place, Node):
        return [*covering(place)]
    while isinstance(place, Absent):
        place = place.__parent__
    return [held for held in covering(place) if held.lock.deep] if isinstance(place, Node) else []


def _found(request: Any, url: str) -> Any:
    """What is at the URL or path, an Absent too; None where it is not to be seen, or elsewhere."""
    try:
        parts = urlsplit(url)
        path, mount = unquote(parts.path, errors="strict"), request.script_name
        if not _here(request, parts.netloc) or not f"{path}/".startswith(f"{mount}/"):
            return None
        names = tuple(filter(None, path[len(mount) :].split("/")))
        place = descend(request.virtual_root, names)
    except (HTTPNotFound, BadName, ValueError):
        return None
    return place if _visible(request, place) else None


def _here(request: Any, host: str) -> bool:
    """Whether the host is none, or this one, as the client or the settings call it."""
    own = (request.host, urlsplit(request.registry.post.site).netloc)
    return not host or _plain(host) in map(_plain, own)


def _plain(host: str) -> str:
    """Without the port that needs not be said; a front that ends TLS may not tell of the scheme."""
    return host.rpartition("@")[2].lower().removesuffix(":80").removesuffix(":443")


def _visible(request: Any, place: Any) -> bool:
    """Asked without a trace: `request.grant` is what allowed the request itself."""
    grant = request.__dict__.get("grant")
    try:
        return bool(request.has_permission(Permission.VIEW, place))
    finally:
        request.__dict__["grant"] = grant
