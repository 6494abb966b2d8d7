"""The page of a place's drive: its address, and how the reader's own system mounts it.

Which system that is its browser says (User-Agent, Sec-CH-UA-Platform); the others are there too.
"""

from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from mserve.resources.roles import Permission
from mserve.resources.service_facets import WebdavFacet
from mserve.security import KEY_IN_PATH
from mserve.views.config import page
from mserve.views.drive import drive
from mserve.views.html.languages import _
from mserve.views.html.signed import in_key, me
from mserve.views.urls import facet_url


class System(NamedTuple):
    """How a drive is mounted, told by the macro of that name; `of`: on which platforms first."""

    name: str
    label: str
    of: tuple[str, ...] = ()


SYSTEMS = (
    System("windows", _("Windows: Explorer"), ("windows",)),
    System("macos", _("macOS: Finder"), ("macos",)),
    System("gnome", _("Linux: Files (GNOME)"), ("linux", "chrome os")),
    System("kde", _("Linux: Dolphin (KDE)"), ("linux",)),
    System("davfs", _("Linux: davfs2"), ("linux",)),
    System("rclone", _("rclone, on any system")),
    System("cyberduck", _("Cyberduck (Windows, macOS)"), ("windows", "macos")),
    System("curl", _("curl")),
)
PLATFORMS = (
    ("android", ("android",)), ("ios", ("iphone", "ipad")), ("windows", ("windows",)),
    ("macos", ("mac os", "macintosh")), ("chrome os", ("cros",)), ("linux", ("linux", "x11")),
)  # fmt: skip
"""By what User-Agent has in it; that of Android says Linux as well."""


def platform(headers: Any) -> str:
    """What the reader's browser says that it runs on; empty where it does not."""
    told = headers.get("Sec-CH-UA-Platform", "").strip('" ').lower()
    if told in {name for name, _hints in PLATFORMS}:
        return str(told)
    agent = headers.get("User-Agent", "").lower()
    return next((name for name, hints in PLATFORMS if any(h in agent for h in hints)), "")


def ordered(here: str) -> list[tuple[System, bool]]:
    """The systems, those of the platform `here` first; the first of them is to be open."""
    first = [each for each in SYSTEMS if here in each.of]
    others = [each for each in SYSTEMS if each not in first]
    return [(each, bool(first) and each is first[0]) for each in first + others]


@page(context=WebdavFacet, permission=Permission.READ, template="webdav.jinja2")
def show(context: WebdavFacet, request: Any) -> dict[str, Any]:
    """The address to copy, with what it asks for, and each system's way."""
    node, found = context.node, drive(request, context.node)
    locked = bool(request.grant.caveats_of("password"))
    alone = found["in_key"] is not None and (locked or found["url"] is None)
    mounted = found["in_key"] if alone else found["url"]
    here = facet_url(request, node, "webdav")
    return {
        "node": node,
        "here": here,
        "beyond": [("WebDAV", here)],
        "drive": found,
        "mounted": mounted,
        "alone": alone,
        "key": request.environ.get(KEY_IN_PATH),
        **_parts(mounted),
        **_person(request),
        "locked": locked,
        "narrowed": bool(request.grant.caveats_of("methods")),
        "systems": ordered(platform(request.headers)),
        "drive_name": node.__name__,
    }


def _parts(address: str) -> dict[str, Any]:
    """What programs ask for one by one."""
    parts = urlsplit(address)
    return {
        "secure": parts.scheme == "https",
        "host": parts.netloc,
        "path": parts.path,
        "plain_path": unquote(parts.path),
    }


def _person(request: Any) -> dict[str, Any]:
    """Who may show a name and password, and whether that is not enough, for want of a code."""
    user = None if in_key(request) else me(request)
    return {
        "user": user.name if user is not None else None,
        "coded": user is not None and user.totp is not None,
    }
