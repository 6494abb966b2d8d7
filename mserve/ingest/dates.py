"""When a file was last changed, as its owner's computer knows it."""

from mserve.resources.mfile import Mfile


def set_modified(mfile: Mfile, moment: int) -> None:
    """The file is as old as `moment` (µs), whenever it came; its versions tell when they came."""
    mfile.modified = moment
    mfile.site.changed(mfile, mfile.find("service"))
