"""Tidying: programs' own files go into the trash some days after they came, where wanted."""

from mserve.errors import LockTokenMissing
from mserve.ingest.trash import DAY, remove
from mserve.resources import clock
from mserve.resources.mfile import Mfile
from mserve.resources.names import is_temporary
from mserve.resources.service import Service


def tidy(service: Service, after: str | None, limit: int) -> str | None:
    """Looks at the next `limit` of its leftovers after that key.

    Returns the last one's key, or None where all that could be old enough was looked at.
    """
    days = service.property("temporary_days")
    if days is None:
        return None
    oldest = clock.now() - days * DAY
    page = service.leftovers.page(limit, after)
    for key, mfile in page:
        if key > f"{oldest:016x}":
            return None
        if (mfile.since or mfile.created) <= oldest and _is_left(mfile):
            _remove(mfile)
    return page[-1][0] if page else None


def _is_left(mfile: Mfile) -> bool:
    """Whether it is there, and no document that a program has under a name of its own."""
    return mfile.in_tree and mfile.aside is None and is_temporary(str(mfile.__name__))


def _remove(mfile: Mfile) -> None:
    """What is locked is in use, and stays."""
    try:
        remove(mfile)
    except LockTokenMissing:
        pass
