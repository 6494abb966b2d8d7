"""What the express lane knows of a request: as much of Pyramid's as its views ask for."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from pyramid.traversal import decode_path_info
from webob import BaseRequest
from webob.headers import EnvironHeaders

from mserve.resources.site import Site
from mserve.security import Grant, Identity, SecurityPolicy
from mserve.views.drives import DAV
from mserve.views.request import door_of, mount


class Answer:
    """Status, header fields and body of an answer."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: Iterable[bytes] = ()) -> None:
        self.status, self.headers, self.body = status, headers, body


class Names(dict[str, str]):
    """How the environ calls a header field."""

    def __missing__(self, name: str) -> str:
        plain = name.upper().replace("-", "_")
        key = self[name] = plain if plain in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{plain}"
        return key


NAMES = Names()


class Headers(EnvironHeaders):  # type: ignore[misc]  # webob has no types
    """WebOb's view of the fields in the environ; what views ask for is translated once."""

    def __contains__(self, name: object) -> bool:
        return NAMES[name] in self.environ  # type: ignore[index]  # WebOb has no types

    def get(self, name: str, default: Any = None) -> Any:
        return self.environ.get(NAMES[name], default)


class Asked:
    """A request. It has an environ of its own: Pyramid may still get the one that came."""

    express = True
    context: Any
    virtual_root: Any
    spool_folder: str
    grant: Grant

    def __init__(
        self, environ: dict[str, Any], registry: Any, site: Site | None, policy: SecurityPolicy
    ) -> None:
        self.environ = {**environ}
        mount(self.environ)
        self.method: str = environ["REQUEST_METHOD"]
        self.headers = Headers(self.environ)
        self.registry, self.settings = registry, registry.mserve
        self.site, self.policy = site, policy

    @property
    def identity(self) -> Identity | None:
        return self.policy.identity(self)

    def has_permission(self, permission: str, context: Any) -> Any:
        return self.policy.permits(self, context, permission)

    @property
    def door(self) -> str:
        return "dav" if DAV in self.environ else door_of(self.environ.get("HTTP_ACCEPT") or "")

    @property
    def path_info(self) -> str:
        return str(decode_path_info(self.environ.get("PATH_INFO", "")))

    @property
    def content_length(self) -> int | None:
        length = self.environ.get("CONTENT_LENGTH")
        return int(length) if length else None

    @cached_property
    def GET(self) -> Mapping[str, str]:  # noqa: N802 - as WebOb calls it
        """The query."""
        return BaseRequest(self.environ).GET if self.environ.get("QUERY_STRING") else {}

    @cached_property
    def application_url(self) -> str:
        url: str = BaseRequest(self.environ).application_url
        return url

    answer = staticmethod(Answer)
