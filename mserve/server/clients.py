"""Whose address a request has: the peer's, or what fronts that are trusted say of the client.

Each front appends to X-Forwarded-For whom it was asked by. So the list is believed from its right
end, as long as each next one is a trusted front; what is further left anybody may have written.
"""

from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

UNIX = "unix"
"""Among the trusted ones: whoever may write to the Unix socket that is listened at."""
NOBODY = ""
"""The address of a peer at a Unix socket, and of who is not named by an address."""


def plain(text: str) -> str:
    """The address in `text`, as in `10.0.0.1:80`, `"[2001:db8::1]:80"`, `::ffff:10.0.0.1`: without
    port and zone, and as IPv4 where it is one mapped into IPv6 (RFC 4291, 2.5.5.2); else NOBODY.
    """
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return NOBODY
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)


def trust(fronts: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether the plain address is that of one of the `fronts`: addresses, networks, UNIX."""
    networks = [ip_network(each) for each in fronts if each != UNIX]

    @lru_cache(1024)
    def trusted(address: str) -> bool:
        if address == NOBODY:
            return UNIX in fronts
        return any(ip_address(address) in network for network in networks)

    return trusted


def client(peer: str, forwarded: str, trusted: Callable[[str], bool]) -> str:
    """Who asked the outermost trusted front; the peer itself, if that is not one."""
    found = peer
    hops = forwarded.split(",") if forwarded else []
    while hops and trusted(found):
        found = plain(hops.pop())
        if found == NOBODY:
            break
    return found
