"""Metrics: what consumption is reported in. Each is a URI, with a unit, a kind and a meaning."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from mserve.errors import BadInput

OURS = "http://mserve/"
LARGEST = 10**18  # of an amount
LONGEST = 200  # characters of a metric's URI
URI = re.compile(r"https?://[!-~]+")


class Kind(StrEnum):
    """How reports of a metric are summed."""

    VALUE = "value"
    """They add up."""
    LEVEL = "level"
    """They add up to what is there now: what goes away is reported with a minus sign."""
    RATE = "rate"
    """Each changes a rate, which is integrated over time."""


class Metric(NamedTuple):
    """One metric. `unit` is that of a report; a rate's integral is in unit times seconds."""

    uri: str
    kind: Kind
    unit: str
    description: str

    @property
    def label(self) -> str:
        """What people read: the URI without what all of mserve's begin with."""
        return self.uri.removeprefix(OURS)


DISC = "http://mserve/disc"
DISC_SPACE = "http://mserve/disc_space"
VERSIONS = "http://mserve/versions"
COPIES = "http://mserve/copies"
TRASH = "http://mserve/trash"
INGEST = "http://mserve/ingest"
ACCESS = "http://mserve/access"
RESPONSE_TIME = "http://mserve/responsetime"
ACCESS_TIME = "http://mserve/accesstime"
INTERRUPTED = "http://mserve/interrupted"
FILE = "http://mserve/file"
SERVICE = "http://mserve/service"
CONTAINER = "http://mserve/container"
JOB = "http://mserve/job"
TASK = "http://mserve/task"
TASK_FAILURE = "http://mserve/taskfailure"
BACKUP_FILE = "http://mserve/backupfile"
ARCHIVED = "http://mserve/archived"
JOB_RUNTIME = "http://mserve/jobruntime"

BUILT_IN: Mapping[str, Metric] = {
    uri: Metric(uri, kind, unit, description)
    for uri, kind, unit, description in (
        (DISC, Kind.RATE, "bytes", "Bytes kept, versions and trash too, over time."),
        (DISC_SPACE, Kind.LEVEL, "bytes", "Bytes kept now, versions and trash too."),
        (VERSIONS, Kind.LEVEL, "bytes", "Of the bytes kept now, former contents of files."),
        (COPIES, Kind.LEVEL, "bytes", "Of the bytes kept now, contents that came by copying."),
        (TRASH, Kind.LEVEL, "bytes", "Of the bytes kept now, what is in the trash."),
        (INGEST, Kind.VALUE, "bytes", "Bytes that came in by an upload."),
        (ACCESS, Kind.VALUE, "bytes", "Bytes of content that were sent to who reads it."),
        (RESPONSE_TIME, Kind.VALUE, "milliseconds", "From a request to its content's first byte."),
        (ACCESS_TIME, Kind.VALUE, "milliseconds", "From a request to its content's last byte."),
        (INTERRUPTED, Kind.VALUE, "reads", "Reads of content that ended before all was sent."),
        (FILE, Kind.LEVEL, "files", "Files that are there now; not those in the trash."),
        (SERVICE, Kind.LEVEL, "services", "Services that are there now."),
        (CONTAINER, Kind.LEVEL, "containers", "Containers that are there now."),
        (JOB, Kind.VALUE, "jobs", "Jobs that have ended."),
        (TASK, Kind.VALUE, "tasks", "Tasks of jobs that have ended, those too that failed."),
        (TASK_FAILURE, Kind.VALUE, "tasks", "Tasks of jobs that have failed, after all attempts."),
        (BACKUP_FILE, Kind.VALUE, "bytes", "Bytes of which the backup has got a copy."),
        (ARCHIVED, Kind.VALUE, "bytes", "Bytes of which the archive has got a copy."),
        (JOB_RUNTIME, Kind.VALUE, "seconds", "What attempts at tasks took, those too that failed."),
    )
}
RATES = frozenset(uri for uri, each in BUILT_IN.items() if each.kind is Kind.RATE)
LEVELS = frozenset(uri for uri, each in BUILT_IN.items() if each.kind is Kind.LEVEL)
CLASSES = (VERSIONS, COPIES, TRASH)
"""The kinds of bytes kept beside the present contents of files; each byte is of one at most."""
KEPT = (DISC, DISC_SPACE, FILE, *CLASSES)
"""What goes along with files that change place."""


def known(own: Iterable[tuple[str, str, str, str]]) -> dict[str, Metric]:
    """mserve's metrics, and those that a site has of its own, by URI."""
    return {
        **BUILT_IN,
        **{uri: Metric(uri, Kind(kind), unit, words) for uri, kind, unit, words in own},
    }


def check_uri(text: object) -> str:
    """`text`, if a metric can be called so; raises BadInput."""
    if isinstance(text, str) and len(text) <= LONGEST and URI.fullmatch(text):
        return text
    raise BadInput(
        f"{text!r:.80} is no metric; one is named by a URI of at most {LONGEST} characters, "
        "such as http://example.com/frames"
    )


def check_own(text: object) -> str:
    """`text`, if it names a metric that others than mserve may report; raises BadInput."""
    uri = check_uri(text)
    if uri.startswith(OURS):
        raise BadInput(f"{uri!r}, which mserve counts itself; use a URI of your own")
    return uri


def check_amount(value: object) -> float:
    """`value`, if it is a number that can be summed up exactly enough; raises BadInput."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and isinstance(value, int | float) and abs(value) <= LARGEST:  # nor NaN
        return value
    raise BadInput(f"{value!r:.40}, which is no number from -{LARGEST} to {LARGEST}")


def short(uri: str) -> str:
    """How a metric is stored: without what most begin with."""
    return uri.removeprefix(OURS)


OF_TASKS = frozenset({short(TASK), short(TASK_FAILURE)})
"""Those (as stored) that are told of each task alone as well, as `task/<name>`."""


def full(stored: str) -> str:
    """The URI that `short` has shortened."""
    return stored if "/" in stored and ":" in stored else OURS + stored
