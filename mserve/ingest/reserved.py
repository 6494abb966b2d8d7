"""Reserved files: the empty ones that clients of WebDAV make before they send the content.

Once content comes, the ingest workflow runs, usage counts the file, and searches find it. What
becomes of one that stays empty is in settled.py.
"""

from mserve.ingest.store import Stored, check_folder, enter, media_type
from mserve.resources.asker import who_asks
from mserve.resources.content import Content
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch
from mserve.resources.spool import Spool


def reserve(folder: Branch, name: str, spool: Spool | None, announced: str = "") -> Stored:
    """A new empty file of which no job starts; `spool` is empty, or None where the site has the
    blob of nothing.

    Raises BadInput, NameTaken, LockTokenMissing.
    """
    check_folder(folder)
    folder.check_name(name)
    content = Content.of_nothing(folder.site.nothing) if spool is None else spool.content()
    mfile = enter(folder, name, content, media_type(name, announced), found=False)
    mfile.awaited = who_asks().payer
    hold(mfile)
    return Stored(mfile, None, created=True)


def hold(mfile: Mfile) -> None:
    """Has its content to come yet."""
    mfile.reserved = True
    mfile.site.reserved[mfile.id] = mfile
