"""Folder: a place for Mfiles and further folders, at any depth."""

from typing import Any

from mserve.resources.node import Branch


class Folder(Branch):
    type = "folder"

    def job(self, id: str) -> Any:
        """The job of that id, if it ran on a file below; else KeyError."""
        job = self.site.ids[id]
        mfile = getattr(job, "mfile", None)
        if mfile is None or not job.in_tree or all(each is not self for each in mfile.above()):
            raise KeyError(id)
        return job
