"""Whether the bytes of every file, version and rendition are there, and are those of their digest.

Nothing here is mended: bytes that are gone are to be had from a backup.
"""

from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path
from typing import Any

from ZODB.POSException import POSKeyError

from mserve.check.finding import Finding, path
from mserve.resources.content import Content
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch


def check(site: Any, digests: bool) -> Iterator[Finding]:
    """What is amiss with the contents of all files, those in the trash too."""
    for mfile in mfiles(site):
        for label, content in contents(mfile):
            fault = _fault(content, digests)
            if fault is not None:
                yield Finding("content", f"{path(mfile)}{label}", fault)
        site._p_jar.cacheGC()  # a large tree is not to be held in memory


def mfiles(node: Any) -> Iterator[Mfile]:
    """All files below `node`, and those in the trash of its services."""
    for each in node.walk():
        if isinstance(each, Mfile):
            yield each
        if each.type == "service":
            for trashed in each.all_trash():
                yield from [trashed.node] if isinstance(trashed.node, Mfile) else []
                yield from mfiles(trashed.node) if isinstance(trashed.node, Branch) else []


def contents(mfile: Mfile) -> Iterator[tuple[str, Content]]:
    """The file's content, its versions, and the renditions of it, each with a label."""
    yield "", mfile.content
    for number, version in (mfile.versions or {}).items():
        yield f"/-/versions/{number}", version.content
    for name, rendition in mfile.content.renditions.items():
        yield f"/-/{name}", rendition.content


def _fault(content: Content, digests: bool) -> str | None:
    try:
        found = Path(content.path)
        size = found.stat().st_size
    except (OSError, POSKeyError) as fault:
        return f"its bytes are gone: {fault}"
    if size != content.size:
        return f"it should have {content.size} bytes, and has {size}"
    if digests:
        with found.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        return None if digest == content.sha256 else f"its SHA-256 is {digest} by now"
    return None
