"""Guesses are slowed down: who has failed too often waits, longer each time, counted in Redis.

Each guess counts before it is looked at, so that a hundred at once are a hundred; one that was
right is taken back. What is counted are addresses, accounts, and accounts as seen from where they
have logged in before: so nobody locks out the owner of an account by guessing at it.
"""

from collections.abc import Iterable
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Any, NamedTuple

SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait = 0
for _, key in ipairs(KEYS) do
  wait = math.max(wait, tonumber(redis.call('HGET', key, 'until') or '0') - now)
end
if wait > 0 then return wait end
for place, key in ipairs(KEYS) do
  local free, base, most, window = unpack(ARGV, 4 * place - 3, 4 * place)
  local beyond = redis.call('HINCRBY', key, 'count', 1) - tonumber(free)
  if beyond >= 0 then
    local pause = math.min(tonumber(most), tonumber(base) * 2 ^ math.min(beyond, 30))
    redis.call('HSET', key, 'until', string.format('%.0f', now + pause))
  end
  redis.call('PEXPIRE', key, window)
end
return 0
"""
PREFIX = "mserve:throttle:"
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


def attempt(redis: Any, subjects: Iterable[Subject]) -> int:
    """Counts a guess. The seconds to wait, if it is not to be looked at and counts for nothing;
    else 0. Raises RedisError."""
    listed = [*subjects]
    words = [word for subject in listed for word in subject.limit.words()]
    keys = [subject.key for subject in listed]
    wait: int = redis.eval(SCRIPT, len(keys), *keys, *words)
    return ceil(wait / 1000)


def forgive(redis: Any, subjects: Iterable[Subject]) -> None:
    """The guess that was counted last was right."""
    pipeline = redis.pipeline()
    for subject in subjects:
        pipeline.hincrby(subject.key, "count", -1)
        pipeline.hdel(subject.key, "until")
    pipeline.execute()


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
