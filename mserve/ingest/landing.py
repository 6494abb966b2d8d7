"""Landing: where an output becomes a file, found before anything is changed there."""

from typing import Any

from mserve.errors import NameTaken
from mserve.ingest.deposit import free_name
from mserve.ingest.folders import make_folders
from mserve.ingest.store import Stored, add, check_folder, supersede
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch, Node
from mserve.resources.quota import need, upload
from mserve.resources.run import JobOutput

CONFLICTS = ("fail", "replace", "rename")

Target = tuple[Node, tuple[str, ...]]
"""A folder that is there, and the names of missing ones below it, and at last of the file."""


def locate(start: Node, names: tuple[str, ...]) -> Target:
    """The folder nearest to the place, and the names that lead from there to it."""
    node = start
    while len(names) > 1 and isinstance(child := _child(node, names[0]), Branch):
        node, names = child, names[1:]
    return node, names


def _child(node: Node, name: str) -> Any:
    return node.get(name) if isinstance(node, Branch) else None


def found(target: Target) -> Any:
    """What is at the place already, or None."""
    node, names = target
    return _child(node, names[0]) if len(names) == 1 else None


def put(
    target: Target, output: JobOutput, conflict: str = "replace", process: bool = True
) -> Stored:
    """A file of an output; `conflict` is what to do where one is there (one of CONFLICTS).

    Raises NameTaken where that is to fail, a folder is there, or a file is in the way; BadInput
    where no files can be put.
    """
    check_folder(target[0])
    there = found(target)
    if there is not None and conflict == "rename":
        target = _free(target)
    elif there is not None:
        if conflict != "replace" or not isinstance(there, Mfile):
            raise NameTaken(str(there.__name__))
        return supersede(there, output.content, output.mimetype, process)
    folder, names = target
    need(folder, upload(output.content.size))
    return add(
        make_folders(folder, names[:-1]), names[-1], output.content, output.mimetype, process
    )


def _free(target: Target) -> Target:
    """`cat (2).jpg` beside `cat.jpg`."""
    folder, (name,) = target
    assert isinstance(folder, Branch)
    return folder, (free_name(folder, name),)
