"""Live properties: what the tree knows by itself of a file or folder, as XML.

A property of RFC 4918 stands without a source; of the others it is said where they are from.
"""

import shutil
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from mserve.dav.token import Token
from mserve.dav.xml import DAV, MICROSOFT, OWNCLOUD, Name, escape
from mserve.resources import clock, metrics, quota
from mserve.resources.clock import SECOND
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch
from mserve.resources.spool import directory
from mserve.security import service_of
from mserve.views.content.conditional import http_date
from mserve.views.content.disposition import media_type

Property = Callable[[Any], str | None]
"""What is in the property's element; None: the node has no such property."""

LOCKS = "".join(
    f"<D:lockentry><D:lockscope><D:{scope}/></D:lockscope>"
    "<D:locktype><D:write/></D:locktype></D:lockentry>"
    for scope in ("exclusive", "shared")
)
REPORTS = "<D:supported-report><D:report><D:sync-collection/></D:report></D:supported-report>"
IN_SERVICE = frozenset({"service", "folder"})
ARCHIVE, DIRECTORY = "00000020", "00000010"
"""Bits of Win32FileAttributes ([MS-FSCC], 2.6)."""


def _name(node: Any) -> str:
    return escape(node.__name__ or "")


def _created(node: Any) -> str:
    """To the second, as some clients read no fraction."""
    return f"{clock.rfc3339(node.created):.19}Z"


def _created_http(node: Any) -> str:
    return _date(node.created // SECOND)


def _modified(node: Any) -> str:
    return _date(node.modified // SECOND)


@lru_cache(1024)
def _date(seconds: int) -> str:
    """Many files come in one second."""
    return http_date(seconds)


def _length(mfile: Mfile) -> str:
    return str(mfile.content.size)


def _type(mfile: Mfile) -> str:
    return media_type(mfile.mimetype)


def _etag(mfile: Mfile) -> str:
    return f'"{mfile.etag}"'


def _checksums(mfile: Mfile) -> str:
    content = mfile.content
    known = {"SHA1": content.sha1, "SHA256": content.sha256, "MD5": content.md5}
    told = " ".join(f"{name}:{digest}" for name, digest in known.items() if digest)
    return f"<O:checksum>{told}</O:checksum>"


def _attributes(node: Any) -> str:
    return ARCHIVE if isinstance(node, Mfile) else DIRECTORY


def _used(branch: Branch) -> str | None:
    """What the whole service keeps, versions and trash too: that is what fills it."""
    service = service_of(branch)
    return None if service is None else str(int(service.usage.get(metrics.DISC_SPACE).total))


def _available(branch: Branch) -> str | None:
    """What both the file system of the bytes and quotas have room for."""
    if service_of(branch) is None:
        return None
    free = shutil.disk_usage(directory(branch)).free
    left = quota.left(branch)
    return str(free if left is None else min(free, left))


def _reports(branch: Branch) -> str:
    return REPORTS if branch.type in IN_SERVICE else ""


def _token(branch: Branch) -> str | None:
    return str(Token.now(branch)) if branch.type in IN_SERVICE else None


def constant(text: str) -> Property:
    return lambda node: text


COMMON: Mapping[Name, Property] = {
    Name(DAV, "creationdate"): _created,
    Name(DAV, "displayname"): _name,
    Name(DAV, "getlastmodified"): _modified,
    Name(DAV, "lockdiscovery"): constant(""),  # where no lock is; else as discovery.py says
    Name(DAV, "supportedlock"): constant(LOCKS),
}
WINDOWS: Mapping[Name, Property] = {
    Name(MICROSOFT, "Win32CreationTime"): _created_http,
    Name(MICROSOFT, "Win32LastModifiedTime"): _modified,
    Name(MICROSOFT, "Win32LastAccessTime"): _modified,
    Name(MICROSOFT, "Win32FileAttributes"): _attributes,
}
"""[MS-WDV], 2.2: where a client has set them, they are what it set."""
USUAL: Mapping[bool, Mapping[Name, Property]] = {
    True: {
        **COMMON,
        Name(DAV, "resourcetype"): constant(""),
        Name(DAV, "getcontentlength"): _length,
        Name(DAV, "getcontenttype"): _type,
        Name(DAV, "getetag"): _etag,
    },
    False: {**COMMON, Name(DAV, "resourcetype"): constant("<D:collection/>")},
}
"""What allprop answers, of files (True) and of what has children."""
OF_USAGE = frozenset({Name(DAV, "quota-used-bytes")})
"""What is told to who has the permission `usage` alone."""
LIVE: Mapping[bool, Mapping[Name, Property]] = {
    True: {
        **USUAL[True],
        **WINDOWS,
        Name(OWNCLOUD, "checksums"): _checksums,  # as ownCloud's clients and rclone read it
        Name(DAV, "supported-report-set"): constant(""),  # RFC 3253, 3.1.5
    },
    False: {
        **USUAL[False],
        **WINDOWS,
        Name(DAV, "quota-used-bytes"): _used,  # RFC 4331
        Name(DAV, "quota-available-bytes"): _available,
        Name(DAV, "supported-report-set"): _reports,
        Name(DAV, "sync-token"): _token,  # RFC 6578, 4
    },
}
