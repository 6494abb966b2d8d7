"""Versions: what a file was before can be its content again."""

from mserve.errors import Missing
from mserve.ingest.store import Stored, supersede
from mserve.resources.mfile import Mfile


def restore_version(mfile: Mfile, number: int) -> Stored:
    """Makes the content of version `number` the present one, as a new version. Raises Missing.

    The content is shared, not copied.
    """
    version = mfile.find_version(number)
    if version is None:
        raise Missing(f"there is no version {number} of this file")
    return supersede(mfile, version.content, version.announced)
