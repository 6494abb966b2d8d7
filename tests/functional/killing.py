"""What kills the parts of a stack, again and again, at random moments, and empties its Redis."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable

import psutil
from redis import Redis
from redis.exceptions import RedisError

from tests.functional.stack import Stack

PARTS = {  # a word of each one's command line
    "web": "pyramid.scripts.pserve",
    "worker": "worker",
    "scheduler": "scheduler",
    "redis": "redis.sock",
    "zeo": "zeo",
}
FLUSH = "flushall"
STEADY = 3.1  # seconds that a part has run before it is killed: then the supervisor's
# back-off, which begins anew after 3 s of steady running, does not grow to long pauses
LONGER = 2.0  # seconds that it runs longer, at most
EARLY = 0.25  # how many are killed again just after that, or while they start
FLUSHES = (1.0, 6.0)  # seconds between two, at least and at most


class Killers:
    """One thread for each part, and one that empties Redis, `times` each, while files come in.

    They keep pace with `progress()`, from 0 to 1, so that they are at it from first to last,
    whatever else the machine has to do.
    """

    def __init__(
        self, stack: Stack, times: int, progress: Callable[[], float], limit: float
    ) -> None:
        self.stack, self.times, self.progress = stack, times, progress
        self.killed: Counter[str] = Counter()
        self.give_up = time.monotonic() + limit
        self.threads = [threading.Thread(target=self.flush, daemon=True)]
        for part in PARTS:
            self.threads.append(threading.Thread(target=self.kill, args=(part,), daemon=True))

    def run(self) -> Counter[str]:
        """How often each part was killed, and Redis emptied, once there is enough of it."""
        for thread in self.threads:
            thread.start()
        for thread in self.threads:
            thread.join()
        return self.killed

    @property
    def over(self) -> bool:
        """Whether all is done, or it has taken too long."""
        return self.enough or time.monotonic() > self.give_up

    @property
    def enough(self) -> bool:
        least = min(self.killed[part] for part in (*PARTS, FLUSH))
        return least >= self.times and self.progress() >= 1

    def is_due(self, part: str) -> bool:
        return self.killed[part] < 1 + self.times * self.progress()

    def kill(self, part: str) -> None:
        early = False
        while not self.over:
            time.sleep(0.1)
            try:
                found = victim(self.stack, part)
                if self.is_due(part) and (early or self.is_steady(part, found)):
                    time.sleep(random.uniform(0, LONGER))
                    found.kill()
                    self.killed[part] += 1
                    early = random.random() < EARLY
            except (psutil.Error, StopIteration):  # it is down already, for example with its pool
                pass

    def is_steady(self, part: str, process: psutil.Process) -> bool:
        return answers(self.stack, part) and time.time() - process.create_time() > STEADY

    def flush(self) -> None:
        """FLUSHALL: with the queues go the heartbeats, the workers' names, and the progress."""
        redis = Redis.from_url(f"unix://{self.stack.data}/redis.sock", socket_timeout=1.0)
        while not self.over:
            time.sleep(random.uniform(*FLUSHES))
            try:
                if self.is_due(FLUSH):
                    redis.flushall()
                    self.killed[FLUSH] += 1
            except RedisError:  # it is down already
                pass
        redis.close()


def process_of(stack: Stack, part: str) -> psutil.Process:
    """The ready file is no help: it is written when all parts answer, which is seldom here."""
    assert stack.process
    parts = psutil.Process(stack.process.pid).children()
    return next(each for each in parts if any(PARTS[part] in word for word in each.cmdline()))


def victim(stack: Stack, part: str) -> psutil.Process:
    """The process to kill: for the workers one that takes tasks, or now and then their pool."""
    found = process_of(stack, part)
    children = found.children() if part == "worker" and random.random() < 0.8 else []
    return random.choice(children or [found])


def answers(stack: Stack, part: str) -> bool:
    """Whether the supervisor has last said so."""
    told = [line for line in stack.console.read_text().splitlines() if f"mserve: {part} " in line]
    return not told or told[-1].endswith("answers again")
