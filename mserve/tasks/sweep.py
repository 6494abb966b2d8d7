"""A sweep: what was lost between the tree and the queue is delivered again.

A delivery is *absent* when it neither waits in its queue nor is alive. For each of the two indexes
of the tree the sweep decides so:

- **due** (no worker has claimed it) and absent: it is pushed. Pushing is idempotent: RQ refuses an
  id that it knows. What is new to RQ was never pushed (Redis was away, its pause has just ended) or
  was lost with Redis, and is now delivered as the attempt that it is. What RQ knows and yet neither
  has waiting nor alive was taken by a worker that died before it claimed: a *suspect*.
- **running** beyond its lease and not alive: a suspect. The lease alone proves nothing, since it is
  not renewed in the tree; the heartbeat in Redis says whether there is still a worker.

Who is a suspect on two sweeps running is given up: requeued as the next attempt. One sweep is not
enough, since tree and Redis are not read at the same moment, and since heartbeats need a while to
come back when Redis was lost. Whatever is decided wrongly does no harm but wasted work: an attempt
that has been given up can claim and finish nothing, and a delivery too many finds nothing to claim.

Then each job whose current set has ended is advanced: a worker may have died between the two.
"""

import logging
from collections.abc import Iterable
from typing import Any

from mserve import database
from mserve.resources import clock
from mserve.tasks import attempts, engine, outlook
from mserve.tasks.delivery import Delivery, pack
from mserve.tasks.queue import Queues

log = logging.getLogger(__name__)


class Sweep:
    """Sweeps one database when it is called; remembers the suspects of the last time."""

    def __init__(self, db: Any, queues: Queues) -> None:
        self.db, self.queues = db, queues
        self.suspects: set[Delivery] = set()
        self.looked_at: str | None = None

    def missed(self) -> None:
        """One did not come to its end: two running are those with nothing missed between them."""
        self.suspects = set()

    def __call__(self) -> None:
        now, after = clock.now(), self.looked_at
        seen = database.run(self.db, lambda site: outlook.look(site, now, after))
        self.looked_at = seen.last
        suspects = {*self.push_absent(seen.due), *self.not_alive(seen.lapsed)}
        lost, self.suspects = suspects & self.suspects, suspects
        for delivery in lost:
            self.give_up(delivery)
        for job in seen.jobs:
            self.advance(job)

    def push_absent(self, due: Iterable[Delivery]) -> set[Delivery]:
        """Pushes what is absent, and returns what RQ knew already."""
        due = set(due)
        waiting: set[str] = set()
        for queue in {each.queue for each in due}:
            waiting |= self.queues.waiting(queue)
        absent = self.not_alive(each for each in due if each.id not in waiting)
        pushed = self.queues.push(pack(absent))
        if pushed:
            log.info("%d tasks were due and had not been delivered", len(pushed))
        return {each for each in absent if each.id not in pushed}

    def not_alive(self, deliveries: Iterable[Delivery]) -> set[Delivery]:
        by_id = {each.id: each for each in deliveries}
        alive = self.queues.alive(by_id)
        return {each for id, each in by_id.items() if id not in alive}

    def give_up(self, delivery: Delivery) -> None:
        """Makes it due again as the next attempt, which is pushed after the commit."""
        run, attempt = delivery.run, delivery.attempt
        if database.run(self.db, lambda site: attempts.requeue(site, run, attempt)):
            log.warning("%s: attempt %d was given up: nobody is at it any more", run, attempt)
        self.queues.forget(delivery.id)

    def advance(self, job: str) -> None:
        database.run(self.db, lambda site: engine.advance(site, job))
