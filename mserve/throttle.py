"""Guesses are slowed down: who has failed too often waits, longer each time, counted in Redis.

Each guess counts before it is looked at, so that a hundred at once are a hundred; one that was
right is taken back. What is counted are addresses, accounts, and accounts as seen from where they
have logged in before: so nobody locks out the owner of an account by guessing at it.
"""

import time
from collections.abc import Sequence
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Any, NamedTuple

from mserve.counts import COUNTS, name_of

SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local waits, wait, counts = {1}, 0, {0}
for place, key in ipairs(KEYS) do
  waits[place + 1] = math.max(tonumber(redis.call('HGET', key, 'until') or '0') - now, 0)
  wait = math.max(wait, waits[place + 1])
end
if wait > 0 then return waits end
for place, key in ipairs(KEYS) do
  local free, base, most, window = unpack(ARGV, 4 * place - 3, 4 * place)
  counts[place + 1] = redis.call('HINCRBY', key, 'count', 1)
  local beyond = counts[place + 1] - tonumber(free)
  if beyond >= 0 then
    local pause = math.min(tonumber(most), tonumber(base) * 2 ^ math.min(beyond, 30))
    redis.call('HSET', key, 'until', string.format('%.0f', now + pause))
  end
  redis.call('PEXPIRE', key, window)
end
return counts
"""
PREFIX = "mserve:throttle:"
GUESSES = "guesses"
"""Records of what came of guesses of a kind, of each process."""
REMEMBERED = 5.0  # seconds
MOST = 10_000  # subjects that a process remembers
NETWORK = 64  # bits of an IPv6 address that one customer has, RFC 6177


class Limit(NamedTuple):
    """After `free` guesses a pause of `base` seconds, doubled by each further one up to `most`.

    All is forgotten `window` seconds after the last guess that was looked at.
    """

    free: int
    base: float
    most: float
    window: float

    def words(self) -> list[int]:
        """As the script has it, in milliseconds."""
        return [self.free, *(int(1000 * each) for each in (self.base, self.most, self.window))]


ADDRESS = Limit(free=20, base=1, most=900, window=3600)
ACCOUNT = Limit(free=5, base=1, most=900, window=3600)
KNOWN = Limit(free=10, base=1, most=60, window=900)
CODE = Limit(free=5, base=2, most=900, window=3600)
MAIL = Limit(free=3, base=60, most=3600, window=86_400)
KEY = Limit(free=100, base=1, most=60, window=900)


class Subject(NamedTuple):
    """What guesses are counted of: in Redis its words are a digest, as they may be a slip of the
    pen that is a password."""

    limit: Limit
    kind: str
    words: str

    @property
    def key(self) -> str:
        return f"{PREFIX}{self.kind}:{sha256(self.words.encode('utf-8', 'replace')).hexdigest()}"


class Looked(NamedTuple):
    """What came of a guess: milliseconds to wait, of each subject, or how many guesses were
    counted with it, at the most of all."""

    waits: tuple[int, ...]
    number: int

    @property
    def wait(self) -> int:
        """Seconds to wait, if it is not to be looked at; else 0."""
        return ceil(max(self.waits, default=0) / 1000)


def count(redis: Any, subjects: Sequence[Subject]) -> Looked:
    """Counts a guess; one that has to wait counts for nothing. Raises RedisError."""
    words = [word for subject in subjects for word in subject.limit.words()]
    refused, *found = redis.eval(SCRIPT, len(subjects), *(each.key for each in subjects), *words)
    return Looked(tuple(found), 0) if refused else Looked((), max(found, default=0))


def attempt(redis: Any, subjects: Sequence[Subject]) -> int:
    """As `count`; the seconds to wait, or 0."""
    return count(redis, subjects).wait


def forgive(redis: Any, subjects: Sequence[Subject]) -> None:
    """The guess that was counted last was right."""
    pipeline = redis.pipeline()
    for subject in subjects:
        pipeline.hincrby(subject.key, "count", -1)
        pipeline.hdel(subject.key, "until")
    pipeline.execute()


class Throttle:
    """That of one process: it remembers for a few seconds who waits, and then asks Redis again."""

    def __init__(self, redis: Any) -> None:
        self.redis = redis
        self._waits: dict[str, tuple[float, float]] = {}

    def attempt(self, subjects: Sequence[Subject]) -> Looked:
        """As `count`, without Redis where it is known that one of them waits. Raises RedisError."""
        if wait := self.known(subjects):
            self._note(subjects, "refused")
            return Looked((1000 * wait,), 0)
        looked = count(self.redis, subjects)
        self._note(subjects, "refused" if looked.wait else "looked_at")
        for subject, milliseconds in zip(subjects, looked.waits, strict=False):
            self._remember(subject, milliseconds / 1000)
        return looked

    @property
    def remembers(self) -> bool:
        """Whether it may know of anybody who waits."""
        return bool(self._waits)

    def known(self, subjects: Sequence[Subject]) -> int:
        """Seconds that a guess has to wait, as far as is remembered; 0: Redis has to be asked."""
        now, nobody = time.monotonic(), (0.0, 0.0)
        found = [self._waits.get(each.key, nobody) for each in (subjects if self._waits else ())]
        return ceil(max((until - now for until, fresh in found if now < fresh), default=0))

    def _remember(self, subject: Subject, seconds: float) -> None:
        if seconds > 0:
            if len(self._waits) >= MOST:
                self._waits.clear()
            now = time.monotonic()
            self._waits[subject.key] = (now + seconds, now + min(seconds, REMEMBERED))

    def take_back(self, subjects: Sequence[Subject]) -> None:
        """The guess that was counted last was not looked at; a pause that it began stays."""
        pipeline = self.redis.pipeline()
        for subject in subjects:
            pipeline.hincrby(subject.key, "count", -1)
        pipeline.execute()

    def forgive(self, subjects: Sequence[Subject]) -> None:
        """As the function."""
        forgive(self.redis, subjects)
        self._note(subjects, "right")

    def _note(self, subjects: Sequence[Subject], outcome: str) -> None:
        if subjects:
            COUNTS.add(name_of(GUESSES, subjects[0].kind, outcome))


def network(address: str) -> str:
    """What of a client's address belongs to one customer: IPv4 whole, of IPv6 the first half."""
    try:
        found = ip_address(address)
    except ValueError:  # a socket of this machine has no address
        return address
    if not isinstance(found, IPv6Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Address(int(found) >> (128 - NETWORK) << (128 - NETWORK)))
