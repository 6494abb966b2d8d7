"""Which kinds of objects can be as they were, and how each comes to be so."""

from BTrees.Length import Length
from BTrees.OOBTree import OOTreeSet
from ZODB.blob import Blob

from mserve.errors import Conflict
from mserve.resources.container import Container
from mserve.resources.content import Content
from mserve.resources.folder import Folder
from mserve.resources.job import Job
from mserve.resources.key import Key
from mserve.resources.lane import Lane
from mserve.resources.lock import LocksMade
from mserve.resources.mfile import Mfile
from mserve.resources.node import Node
from mserve.resources.profile import Edition
from mserve.resources.run import TaskRun
from mserve.resources.service import Service
from mserve.resources.sheet import Sheet
from mserve.resources.trash import Trashed
from mserve.resources.usage import Usage, added, read_state
from mserve.undo.records import LOCKING, Record
from mserve.undo.trees import BUCKETS, TREES

CHANGED = (Mfile, Folder, Service, Container, Job, TaskRun)
"""What may be as it was; all that is not here has a reason not to be, such as keys."""
FIGURES = (Usage, Sheet, Lane, Length)
MADE = (Mfile, Folder, Trashed, Job, TaskRun, Content, Edition, Blob, *FIGURES)
PARTS = (*TREES, *BUCKETS, OOTreeSet)
LOGS = tuple(
    f"mserve.resources.{name}" for name in "audit_log changes journal ledger lock parcel".split()
)
"""Modules of what is recorded of what was done, spent and locked: it stays as it is."""


def check_kind(record: Record) -> None:
    """Raises Conflict where the object is none that can be as it was."""
    thing = record.thing
    if isinstance(thing, LocksMade) and not record.made:
        raise Conflict("it locked something; locks are ended, not undone")
    known = (*MADE, *PARTS) if record.made else (*CHANGED, *FIGURES, *PARTS)
    if isinstance(thing, known) or type(thing).__module__ in LOGS:
        return
    if isinstance(thing, Key):
        raise Conflict("it made or changed a key; keys are revoked, and never come back")
    if record.made and isinstance(thing, Node):
        raise Conflict(f"a {thing.type} that was made is removed, not undone")
    raise Conflict(f"it changed a {type(thing).__name__}, which is not undone")


def put_back(record: Record) -> None:
    """Makes it as it was; figures and counts get the difference."""
    thing, before, after = record.thing, record.before, record.after
    if isinstance(thing, Usage):
        thing._p_activate()
        thing.__setstate__(added(*map(read_state, (after, thing.__getstate__(), before))))
        thing._p_changed = True
    elif isinstance(thing, Lane):
        thing.take_back(before, after)
    elif isinstance(thing, Length):
        thing.change(before - after)
    elif isinstance(thing, CHANGED):
        kept = {LOCKING: thing.locking} if getattr(thing, LOCKING, None) else {}
        thing.__setstate__({**before, **kept})
        thing._p_changed = True
