"""Whether the bytes of every file, version and rendition are there, and are those of their digest.

Of what is in the archive these are the bytes there. Nothing here is mended: what is gone is to be
had from a backup.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ZODB.POSException import POSKeyError

from mserve.check.finding import Finding, path
from mserve.resources.content import Content
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch
from mserve.vault import Vault, read_digest


def check(site: Any, digests: bool, archive: Vault | None = None) -> Iterator[Finding]:
    """What is amiss with the contents of all files, those in the trash too."""
    for mfile in mfiles(site):
        for label, content in contents(mfile):
            fault = _fault(content, digests, archive)
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


def _fault(content: Content, digests: bool, archive: Vault | None) -> str | None:
    try:
        if content.here:
            return wrong(Path(content.path), content, digests)
        if archive is None:
            return "it is in the archive, and the ini has no mserve.archive"
        return wrong(archive.place(content.sha256), content, digests)
    except (OSError, POSKeyError) as fault:
        return f"its bytes are gone: {fault}"


def wrong(path: Path, content: Content, digests: bool) -> str | None:
    """What is wrong with the file that should have the bytes of `content`. Raises OSError."""
    if (size := path.stat().st_size) != content.size:
        return f"it should have {content.size} bytes, and has {size}"
    digest = read_digest(path) if digests else content.sha256
    return None if digest == content.sha256 else f"its SHA-256 is {digest} by now"
