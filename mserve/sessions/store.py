"""What Redis knows of sessions: each by its digest, and those of each user."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

SESSION = "mserve:session:"
OF_USER = "mserve:sessions:"
TOUCH = 60  # seconds; the time of the last request is not written more often


@dataclass(frozen=True)
class Session:
    """One login: `id` is the digest of its secret, times are in seconds since 1970."""

    id: str
    user: str
    epoch: int
    created: float
    seen: float
    address: str
    agent: str


class Store:
    """Sessions that end when they were `idle` for so many seconds, or have a certain `lifetime`."""

    def __init__(self, redis: Any, idle: float, lifetime: float) -> None:
        self.redis, self.idle, self.lifetime = redis, idle, lifetime

    def add(self, session: Session) -> None:
        index = OF_USER + session.user
        pipeline = self.redis.pipeline()
        pipeline.set(SESSION + session.id, _written(session), px=self._left(session))
        pipeline.zadd(index, {session.id: session.created})
        pipeline.pexpire(index, int(self.lifetime * 1000))
        pipeline.execute()

    def get(self, id: str) -> Session | None:
        """The session, as long as it lasts; that it was used is noted now and then."""
        text = self.redis.get(SESSION + id)
        if text is None:
            return None
        session, now = _session(id, text), time.time()
        left = self._left(session)
        if left > 0 and now - session.seen > min(TOUCH, self.idle / 10):
            touched = _written(replace(session, seen=now))
            self.redis.set(SESSION + id, touched, px=left, xx=True)
        return session if left > 0 else None

    def of(self, user_id: str) -> list[Session]:
        """A user's sessions, the newest first."""
        ids = [id.decode() for id in self.redis.zrevrange(OF_USER + user_id, 0, -1)]
        texts: Sequence[bytes | None] = self.redis.mget([SESSION + id for id in ids]) if ids else ()
        gone = [id for id, text in zip(ids, texts, strict=True) if text is None]
        if gone:
            self.redis.zrem(OF_USER + user_id, *gone)
        return [_session(id, text) for id, text in zip(ids, texts, strict=True) if text]

    def end(self, id: str) -> None:
        text = self.redis.getdel(SESSION + id)
        if text is not None:
            self.redis.zrem(OF_USER + _session(id, text).user, id)

    def end_all(self, user_id: str, epoch: int) -> None:
        """Removes the user's sessions of epochs before `epoch`."""
        former = [each.id for each in self.of(user_id) if each.epoch < epoch]
        if former:
            self.redis.delete(*(SESSION + id for id in former))
            self.redis.zrem(OF_USER + user_id, *former)

    def _left(self, session: Session) -> int:
        """Milliseconds for which it lasts if nothing more is done in it."""
        age = time.time() - session.created
        return int(1000 * min(self.idle, self.lifetime - age))


def _session(id: str, text: bytes) -> Session:
    return Session(id, **json.loads(text))


def _written(session: Session) -> str:
    return json.dumps({name: value for name, value in asdict(session).items() if name != "id"})
