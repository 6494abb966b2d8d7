"""THE HTTP DOOR: HTML and REST. Translates requests to use cases, and what they say to answers."""

from functools import partial
from typing import Any

from pyramid.config import Configurator
from pyramid.interfaces import ITraverser
from zope.interface import Interface

from mserve import database, evolve
from mserve.group import Group
from mserve.people.mail import Post
from mserve.people.ways import ways
from mserve.seal import Seal
from mserve.security import SecurityPolicy, lock
from mserve.spending import Spending
from mserve.taking_turns import MachineLock
from mserve.tasks import outbox, queue
from mserve.tasks.access import Accesses
from mserve.tasks.news import News
from mserve.tasks.refusals import Refusals
from mserve.tasks.registry import TaskRegistry
from mserve.tasks.used import Uses
from mserve.throttle import Throttle
from mserve.views.content.throttle import Seats
from mserve.views.follow.looks import Looks
from mserve.views.request import Request
from mserve.views.traversal import Traverser

LOCK = "web.lock"
"""In the data folder: which web process of this machine stores what has come."""


def root(request: Any) -> Any:
    """The root factory: the Site."""
    return request.site


def includeme(config: Configurator) -> None:
    registry = config.registry
    settings = registry.mserve
    registry.queues = queue.Queues.from_url(settings.redis)
    registry.seal = Seal.of(settings.data)
    registry.post = Post(settings)
    registry.ways = ways(settings, registry.queues.redis, registry.seal)
    registry.throttle = Throttle(registry.queues.redis)
    registry.tasks = TaskRegistry.load(settings.tasks)
    registry.news = News(registry.queues.redis)
    registry.refusals = Refusals(registry.queues)
    registry.looks = Looks(registry)
    registry.waiters = Seats(settings.waiters)
    config.set_request_factory(Request)
    config.set_root_factory(root)
    registry.mserve_policy = SecurityPolicy(registry.seal)
    config.set_security_policy(registry.mserve_policy)
    config.registry.registerAdapter(Traverser, (Interface,), ITraverser)
    for name, value in (
        ("settings", settings),
        ("queues", registry.queues),
        ("tasks", registry.tasks),
    ):
        config.add_request_method(lambda request, value=value: value, name, property=True)
    config.include("mserve.views.config")
    config.include("mserve.views.errors")
    config.include("mserve.views.preconditions")
    config.include("mserve.views.asker")
    config.include("mserve.views.budgets")
    config.include("mserve.views.retry")
    config.include("mserve.views.html.static")
    config.scan("mserve.views.noting")
    config.include("mserve.views.api.openapi")
    config.scan("mserve.views.api")
    config.scan("mserve.views.html")
    config.action("mserve.database", _bind_queues, args=(registry,), order=9999)


def _bind_queues(registry: Any) -> None:
    """The database is open by now: check its version, and tell it where its jobs are queued."""
    db = registry._zodb_databases[""]
    evolve.check(db)
    outbox.bind(db, registry.queues)
    lock.bind(db, registry.queues.redis)
    registry.accesses = Accesses(registry.queues)
    registry.uses = Uses(registry.queues)
    registry.spending = Spending(registry.queues.redis, partial(database.run, db))
    registry.group = Group(db, MachineLock(registry.mserve.data / LOCK))
