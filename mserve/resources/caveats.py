"""Caveats: what one link of a key's chain allows beyond its role. Absent ones allow all."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from mserve.resources.roles import Permission

Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Facts:
    """What is known of a request, by which caveats are judged."""

    moment: int  # µs
    method: str | None = None  # None: none in particular, as when a key is shown
    address: str | None = None  # the client's own; None: not known
    password: str | None = None  # what came beside the key


@dataclass(frozen=True)
class Caveats:
    """Each narrows; None allows all. Numbers are bytes, requests, bytes per second and µs."""

    permissions: frozenset[Permission] | None = None
    node: str | None = None  # the id of the node at and below which it holds
    start: int | None = None
    end: int | None = None
    methods: frozenset[str] | None = None  # of HTTP; GET includes HEAD
    networks: tuple[str, ...] | None = None  # CIDR
    password: str | None = None  # as passwords.py keeps it
    accessspeed: int | None = None
    bytes_in: int | None = None
    bytes_out: int | None = None
    uses: int | None = None

    def in_time(self, moment: int) -> bool:
        begun = self.start is None or self.start <= moment
        return begun and (self.end is None or moment < self.end)

    def fails(self, facts: Facts) -> str | None:
        """The name of the first caveat that the request does not meet, or None.

        The password is not looked at: that takes longer, and is left to who asks (security/).
        """
        if not self.in_time(facts.moment):
            return "end" if self.end is not None and facts.moment >= self.end else "start"
        if self.methods is not None and not self.takes(facts.method):
            return "methods"
        if self.networks is not None and not within(facts.address, self.networks):
            return "networks"
        return None

    def takes(self, method: str | None) -> bool:
        """Whether requests of that method may be made."""
        methods = self.methods
        named = methods is None or method is None or method in methods
        return named or (method == "HEAD" and methods is not None and "GET" in methods)


NONE = Caveats()


def within(address: str | None, networks: Iterable[str]) -> bool:
    """Whether the client at `address` is in one of `networks`; where it is not known it is not."""
    found = None if address is None else client_address(address)
    return found is not None and any(found in _network(each) for each in networks)


@lru_cache(1024)
def _network(text: str) -> Network:
    return ip_network(text)


@lru_cache(1024)
def client_address(text: str) -> IPv4Address | IPv6Address | None:
    """An IPv4 address in IPv6's clothes is the IPv4 one; a zone is of no concern."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
