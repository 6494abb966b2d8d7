"""What is shown to those whose keys show nothing but what came by them, as a dropbox's do.

They find their uploads and those of keys made from theirs, and the node that the key is on, to
add to it. All else is to them as if it were not there, and so is free to be asked for as a name.
"""

from typing import Any

from mserve.resources.deposit import Depositor, Reach
from mserve.resources.job import Job
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch, Node
from mserve.resources.upload import Upload
from mserve.security.identity import Grant


def shows(grant: Grant, context: Any) -> bool:
    """Whether a grant of that kind shows `context`; what it may do there is another question."""
    top = grant.own_only[-1].key.__parent__
    if not isinstance(top, Branch):
        return False
    if isinstance(context, Node):
        return context is top or _own(grant, context)
    reach = getattr(context, "reach", Reach.NONE)
    if reach is Reach.TOP:
        return getattr(context, "node", None) is top
    return reach is Reach.ANY or (reach is Reach.OWN and _own(grant, context))


def _own(grant: Grant, context: Any) -> bool:
    return grant.links[0].name in depositor_of(context)


def depositor_of(context: Any) -> Depositor:
    """Whose own it is: a file, what belongs to it, a job on it, an upload that is to be one."""
    while context is not None and not isinstance(context, Mfile | Upload):
        if isinstance(context, Branch):
            return ()
        context = context.mfile if isinstance(context, Job) else context.__parent__
    return () if context is None else context.depositor
