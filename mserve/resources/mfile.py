"""Mfile: named content."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from BTrees.IOBTree import IOBTree
from BTrees.OOBTree import OOTreeSet

from mserve.resources import clock
from mserve.resources.asker import Payer
from mserve.resources.content import Content, Rendition
from mserve.resources.deposit import Deposit, Depositor
from mserve.resources.file_usage import FileUsage
from mserve.resources.mark import UNKNOWN as UNMARKED
from mserve.resources.mark import Mark
from mserve.resources.metrics import COPIES, VERSIONS
from mserve.resources.node import Node
from mserve.resources.version import Version

OF_THE_FILE = 0
"""Its place among the marks; versions begin with 1."""
UNKNOWN = "application/octet-stream"
FEW = 8  # jobs that need no set of their own


def aside_key(folder: Node, name: str) -> str:
    """Where the document that was called `name` in the folder stands in the site's index."""
    return f"{folder.id}-{name}"


class Mfile(Node):
    """A name for a Content, with the version counted and the jobs that ran on it."""

    type = "mfile"
    version = 1
    since: int | None = None
    """When the present content came (µs); None: with the file."""
    announced: str | None = None
    """The media type that came with the upload; a guess until a task has looked at the bytes."""
    jobs: Any = ()
    """Sort keys of the jobs that ran on it: a few in a tuple, more in a set."""
    versions: Any = None
    marks: Mapping[int, Mark] = {}
    """As what its contents are counted, by the number of their version, and itself (OF_THE_FILE).
    Of what came before marks there is none."""
    copied = False
    """Whether its present content came with it, as it was copied from another file."""
    reserved = False
    """Whether it is an empty file of WebDAV, and its content is yet to come (RFC 4918, 7.3)."""
    awaited: Payer | None = None
    """Who pays for such a file if it stays empty, while usage does not count it yet."""
    aside: str | None = None
    """Its entry in the site's index of that name, while a program has it under another name."""
    deposit: Deposit | None = None
    """How it came, if that was by a key that shows its own files alone."""
    _v_written: Any = None
    """How a door has written it last; it is forgotten when the file is changed."""

    def __init__(self, content: Content, announced: str | None = None) -> None:
        super().__init__()
        self.content = content
        self.announced = announced

    @property
    def usage(self) -> Any:
        """What it has used, as long as it is in the tree."""
        return FileUsage(self.site, self.id)

    @property
    def former_usage(self) -> Any:
        """What it had used by itself, if it came before there were accounts."""
        self._p_activate()
        return vars(self).get("usage")

    @property
    def counted(self) -> Any:
        return self

    @property
    def size_kept(self) -> int:
        """The bytes of all its contents."""
        return sum(self.content_of(number).size for number in self.numbers)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Those of the versions that it has, the present one first."""
        return (self.version, *(self.versions or {}).keys())

    @property
    def mimetype(self) -> str:
        return self.content.mimetype or self.announced or UNKNOWN

    def parts(self) -> tuple[Any, ...]:
        return (self.content,) if isinstance(self.jobs, tuple) else (self.content, self.jobs)

    @property
    def depositor(self) -> Depositor:
        """Whose own it is, while its content is what they have brought."""
        deposit = self.deposit
        own = deposit is not None and deposit.sha256 == self.content.sha256
        return deposit.depositor if own and deposit is not None else ()

    @property
    def etag(self) -> str:
        """The strong validator of the bytes (RFC 9110, 8.8.3), without its quotes."""
        return self.content.sha256

    def begin(self) -> None:
        """It is what it is: no content is to come any more before work on it begins."""
        if self.reserved:
            self.reserved = False
            self.site.reserved.discard(self.id)

    def set_aside(self, name: str) -> None:
        """Remembers that it was called `name` in its folder, and is to be that again."""
        self.aside = aside_key(self.__parent__, name)
        self.site.aside[self.aside] = self

    def keep_name(self) -> None:
        """What it is called now is its name."""
        if self.aside is not None:
            self._leave_aside(self.site)
            self.aside = None

    def _leave_aside(self, site: Any) -> None:
        """Another that was called so later may have its entry."""
        if self.aside is not None and site.aside.get(self.aside) is self:
            site.aside.discard(self.aside)

    def forget_places(self, site: Any) -> None:
        """Takes it out of indexes that few files are in, as it is gone for good."""
        if self.reserved:
            site.reserved.discard(self.id)
        self._leave_aside(site)

    def replace(self, content: Content, announced: str | None = None) -> Version:
        """Gives the name to new content; returns what the file was before."""
        since = self.since or self.created
        self.since = clock.now()
        former = Version(self.version, self.content, self.announced, since, self.since)
        self.content, self.announced, self.copied = content, announced, False
        self.version += 1
        self.modified = self.since
        return former

    def content_of(self, number: int) -> Content:
        """That of the version, or the present one."""
        content: Content = self.content if number == self.version else self.versions[number].content
        return content

    def class_of(self, number: int) -> str | None:
        """The kind of bytes kept that the version is, while the file is not in the trash."""
        if number != self.version:
            return VERSIONS
        return COPIES if self.copied else None

    def set_mark(self, number: int, mark: Mark | None) -> Mark:
        """Marks a version otherwise, or lets go of its mark; returns the former one."""
        marks = dict(self.marks)
        former = marks.pop(number, UNMARKED)
        self.marks = marks if mark is None else marks | {number: mark}
        return former

    def add_version(self, version: Version) -> None:
        if self.versions is None:
            self.versions = IOBTree()
        self.versions[version.number] = version

    def superfluous(self, most: int) -> list[int]:
        """The versions that go once it gets another content and keeps `most` of them."""
        kept = (self.versions or {}).keys()
        return [*kept, self.version][: max(0, len(kept) + 1 - most)]

    def drop_versions(self, most: int) -> list[Version]:
        """Takes the oldest versions away, so that `most` are left; returns them."""
        kept = [] if self.versions is None else [*self.versions.keys()]
        return [self.versions.pop(number) for number in kept[: max(0, len(kept) - most)]]

    def find_version(self, number: int) -> Version | None:
        return None if self.versions is None else self.versions.get(number)

    def rendition(self, name: str) -> Rendition | None:
        return self.content.renditions.get(name)

    def note_job(self, key: str) -> None:
        """Remembers a job of this file by its sort key."""
        if not isinstance(self.jobs, tuple):
            self.jobs.add(key)
        elif len(self.jobs) < FEW:
            self.jobs = tuple(sorted((*self.jobs, key)))
        else:
            self.jobs = OOTreeSet((*self.jobs, key))

    def job_ids(self) -> Iterator[str]:
        """Ids of this file's jobs, newest first."""
        return (key.rpartition("-")[2] for key in self.jobs)

    def job(self, id: str) -> Any:
        """The job of that id, if it ran on this file; else KeyError."""
        job = self.site.ids[id]
        if getattr(job, "mfile", None) is not self or not job.in_tree:
            raise KeyError(id)
        return job

    def _job_keys(self, after: str | None) -> Iterable[str]:
        if isinstance(self.jobs, tuple):
            return (key for key in self.jobs if after is None or key > after)
        keys: Iterable[str] = self.jobs.keys(after, None, after is not None)
        return keys

    def page_jobs(self, limit: int, after: str | None = None) -> list[tuple[str, Any]]:
        """Up to `limit` (key, job) pairs, newest first, after the key `after`."""
        ids = self.site.ids
        found: list[tuple[str, Any]] = []
        for key in self._job_keys(after):
            if len(found) == limit:
                break
            job = ids.get(key.rpartition("-")[2])
            if job is not None and job.in_tree:  # not those of a service that it has left
                found.append((key, job))
        return found
