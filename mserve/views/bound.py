"""What an application has of its ini's lines and its database; its views know neither.

So an application that is configured can be bound to another ini and tree, which costs a thousandth.
"""

from functools import partial
from typing import Any

from mserve import database, evolve
from mserve.count_files import FOLDER, CountFiles
from mserve.group import Group
from mserve.people.mail import Post
from mserve.people.ways import ways
from mserve.seal import Seal
from mserve.security import lock
from mserve.spending import Spending
from mserve.taking_turns import of_writers
from mserve.tasks import outbox, queue, ripples
from mserve.tasks.access import Accesses
from mserve.tasks.news import News
from mserve.tasks.read_names import ReadNames
from mserve.tasks.reads import Reads
from mserve.tasks.refusals import Refusals
from mserve.tasks.registry import TaskRegistry
from mserve.tasks.used import Uses
from mserve.throttle import Throttle
from mserve.transfers import MONITOR
from mserve.views.content.throttle import Seats
from mserve.views.follow.looks import Looks

TELLING = ("refusals", "accesses", "uses", "reads", "ripples")
"""What has a thread that tells Redis what was noted."""


def bind(registry: Any) -> None:
    """Gives the registry what its settings, `registry.mserve`, ask for."""
    settings = registry.mserve
    registry.queues = queue.Queues.from_url(settings.redis)
    registry.seal = registry.mserve_policy.seal = Seal.of(settings.data)
    front_logs = settings.usage.front_log is not None
    registry.read_names = ReadNames(registry.seal) if front_logs else None
    registry.post = Post(settings)
    registry.ways = ways(settings, registry.queues.redis, registry.seal)
    registry.throttle = Throttle(registry.queues.redis)
    registry.tasks = TaskRegistry.load(settings.tasks)
    registry.news = News(registry.queues.redis)
    registry.refusals = Refusals(registry.queues)
    registry.looks = Looks(registry)
    registry.waiters = Seats(settings.waiters)
    registry.count_files = CountFiles(settings.data / FOLDER)


def bind_database(registry: Any) -> None:
    """The database is open by now: check its version, and tell it where its jobs are queued."""
    db = registry._zodb_databases[""]
    evolve.check(db)
    db.setActivityMonitor(MONITOR)
    outbox.bind(db, registry.queues)
    lock.bind(db, registry.queues.redis)
    registry.accesses = Accesses(registry.queues)
    registry.uses = Uses(registry.queues)
    registry.reads = Reads(registry.queues)
    registry.ripples = ripples.begin(db, registry.queues)
    registry.spending = Spending(registry.queues.redis, partial(database.run, db))
    registry.group = Group(db, of_writers(registry.mserve))


def unbind(registry: Any) -> None:
    """Ends the threads that `bind` and `bind_database` have made."""
    for name in TELLING:
        getattr(registry, name).end()
