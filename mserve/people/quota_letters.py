"""Letters about quotas: who is concerned is told by mail once a soft one is exceeded.

The transaction that exceeds it notes that (resources/crossing.py), in whichever process; a
scheduler takes the note away, and sends the letters once that is committed: so each goes out once.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from mserve import database
from mserve.people.letters import QUOTA
from mserve.people.mail import Post
from mserve.resources import clock
from mserve.resources.crossing import Crossing
from mserve.resources.limits import MONTHLY
from mserve.resources.metrics import BUILT_IN, full
from mserve.resources.roles import Permission
from mserve.resources.user import User
from mserve.settings import Settings
from mserve.tasks.queue import Queues

BATCH = 100  # crossings in one transaction
WORDS = {
    "disc_space": "kept",
    "file": "kept",
    "ingest": "taken in",
    "access": "read",
    "jobruntime": "of jobs",
}


def warn_of_quotas(db: Any, settings: Settings, queues: Queues) -> None:
    """Sends what is to be told of quotas."""
    if database.run(db, lambda site: bool(site.warnings.page(1))):
        post = Post(settings)
        while database.run(db, partial(send_some, post)):
            pass
        post.settle()


def send_some(post: Post, site: Any) -> bool:
    """Has the letters about some crossings sent after this transaction; False: there are none."""
    page = site.warnings.page(BATCH)
    for id, crossing in page:
        site.warnings.discard(id)
        for user in concerned(site, crossing):
            _send(post, site, user, crossing)
    return bool(page)


def concerned(site: Any, crossing: Crossing) -> Iterable[User]:
    """The user whose quota it is; or who keeps in the profile a key that may see the usage of the
    node, be it the node's own or that of a container above."""
    if crossing.of == "user":
        user = site.users.get(crossing.holder)
        return [] if user is None else [user]
    node = site.ids.get(crossing.holder)
    return {user.id: user for user in _holders(site, node)}.values()


def _holders(site: Any, node: Any) -> Iterator[User]:
    now = clock.now()
    for each in [] if node is None else [*node.lineage()][:-1]:
        for key in (each.keys or {}).values():
            if Permission.USAGE in key.permissions() and key.works(now):
                yield from (user for user in site.users.holders(key.id) if not user.disabled)


def _send(post: Post, site: Any, user: User, crossing: Crossing) -> None:
    metric, hard = full(crossing.metric), crossing.hard
    own = crossing.of == "user"
    filled = QUOTA.filled(
        called=user.called,
        what="your account" if own else f"the {crossing.of} {crossing.name}",
        site=post.site or "mserve",
        soft=str(crossing.soft),
        unit=BUILT_IN[metric].unit,
        metric=WORDS[crossing.metric],
        month=" this month" if metric in MONTHLY else "",
        most="" if hard is None else f" Beyond {hard} it is refused.",
    )
    transaction = site._p_jar.transaction_manager.get()
    post.send_after(transaction, user.email, filled.subject, filled.text)
