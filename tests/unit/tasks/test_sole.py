"""A chore is one scheduler's at a time, also where one takes longer than its lock lasts."""

from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Any

import pytest

from mserve import database, ingest
from mserve.resources.profile import TaskSet, TaskSpec, Workflow
from mserve.settings import Settings
from mserve.tasks import access
from mserve.tasks.queue import Queues
from mserve.tasks.sole import sole
from tests.unit.support import spool
from tests.unit.tasks.support import wait_for

NAME = "mserve:test"


def test_one_at_a_time_has_it(queues: Queues) -> None:
    with sole(queues, NAME) as first:
        assert first is not None and first.owned()
        with sole(queues, NAME) as second:
            assert second is None
        assert first.owned()
    with sole(queues, NAME) as third:
        assert third is not None


@pytest.mark.parametrize("fault", [None, ZeroDivisionError])
def test_who_was_too_slow_leaves_the_lock_of_the_next_one(
    queues: Queues, fault: type[Exception] | None
) -> None:
    with ExitStack() as rest:
        slow = rest.enter_context(ExitStack())
        lock = slow.enter_context(sole(queues, NAME, most=0.05))
        assert lock is not None
        wait_for(lambda: not lock.owned())
        following = rest.enter_context(sole(queues, NAME))
        assert following is not None
        with raises(fault), slow.pop_all():
            if fault is not None:
                raise fault
        assert following.owned()


def raises(fault: type[Exception] | None) -> AbstractContextManager[Any]:
    return nullcontext() if fault is None else pytest.raises(fault)


def test_a_slow_batch_of_accesses_drops_none_of_the_notes_that_others_have(
    db: Any, settings: Settings, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = spool(db, b"bytes")
    workflow = Workflow((TaskSet("look", (TaskSpec("mime", "mime", {}),)),))

    def make(site: Any) -> str:
        service = site["demo"]["files"]
        service.profiles["default"].change({"access": workflow})
        return str(ingest.create(service, "a", body).mfile.id)

    id = database.run(db, make)
    body.clear()
    queues.redis.rpush(access.WAITING, id)

    def slow(ids: list[str], site: Any) -> None:
        """Another scheduler takes over meanwhile, is done, and a further note comes."""
        queues.redis.set(access.STARTING, "the token of the next one")
        queues.redis.delete(access.WAITING)
        queues.redis.rpush(access.WAITING, "further")

    monkeypatch.setattr(access, "_start", slow)
    access.start_accessed(db, settings, queues)
    assert queues.redis.lrange(access.WAITING, 0, -1) == [b"further"]
    assert queues.redis.get(access.STARTING) == b"the token of the next one"
