"""Provenance: what a content was made of, by which task, when and with what, in the terms of W3C
PROV.

It is a value in the derived content itself: an upload costs nothing by it, and files that share a
content share where it comes from. An upload of the very same bytes is another content, of which
nothing is known. The other way, from a file to those that were made of it, leads the site's index
`derived`, of keys that name both files.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Input:
    """A file that something was made of, and what it was then: `mfile` is its id.

    None: it was an output of a job, of which a thumbnail was made.
    """

    mfile: str | None
    name: str
    sha256: str


@dataclass(frozen=True)
class Origin:
    """How a content came to be: as `output` of the task run `run`, from `started` to `ended` (µs).

    `tools` are versions by name, mserve's own too. `depth` counts the tasks since an upload.
    """

    run: str
    output: str
    task: str
    arguments: Mapping[str, Any]
    inputs: tuple[Input, ...]
    tools: Mapping[str, str]
    worker: str | None
    started: int
    ended: int
    depth: int = 1

    @property
    def job(self) -> str:
        """The id of the job that the run was of."""
        return self.run.partition("-")[0]


@dataclass(frozen=True)
class Remake:
    """What a job makes again: the file `mfile` (an id), if it is of that version still."""

    mfile: str
    version: int
    output: str


def depth_of(content: Any) -> int:
    """How many tasks lie between an upload and this content; 0: it was uploaded."""
    return 0 if content.origin is None else int(content.origin.depth)


def source_of(site: Any, given: Input) -> Any:
    """The file of an input, as long as it is in the tree; else None."""
    mfile = None if given.mfile is None else site.ids.get(given.mfile)
    return mfile if mfile is not None and mfile.in_tree else None


def is_stale(site: Any, given: Input) -> bool:
    """Whether the file of an input has other content by now."""
    source = source_of(site, given)
    return source is not None and source.content.sha256 != given.sha256


def keys_of(mfile: Any) -> Iterator[str]:
    """The keys by which the site finds a file from those that it was made of."""
    origin = mfile.content.origin
    for given in origin.inputs if origin else ():
        yield f"{given.mfile}-{mfile.id}"


def link(mfile: Any) -> None:
    """Has a file found from those that it was made of, if it was made of any."""
    for key in keys_of(mfile):
        mfile.site.derived[key] = True


def derived_ids(site: Any, mfile_id: str) -> Iterator[str]:
    """The ids of files that were made of that one; some may be made of it no longer."""
    for key in site.derived.beginning(f"{mfile_id}-"):
        yield key.partition("-")[2]


def unlink(site: Any, node: Any) -> None:
    """Forgets the links from and to a node that leaves the tree for good."""
    for id in [*derived_ids(site, node.id)]:
        site.derived.discard(f"{node.id}-{id}")
    for key in keys_of(node) if node.type == "mfile" else ():
        site.derived.discard(key)
