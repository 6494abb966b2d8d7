"""Address: where a name leads, and whether one may go there for others.

What is not on the public internet (RFC 6890 and IANA's registries of special addresses) is another
machine's inside, or this one's: only what the ini allows of it can be reached.
"""

import os
import socket
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from mserve import outlets
from mserve.errors import TaskError

NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
COMPATIBLE = IPv6Network("::/96")  # RFC 4291, 2.5.5.1
ASSIGNED = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))  # global to older Pythons
UNKNOWN = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))

Address = IPv4Address | IPv6Address


class Unreachable(Exception):
    """The network or the other side is not as it should be just now; another attempt may do."""


def allowed() -> tuple[outlets.Network, ...]:
    """The networks that the ini allows beside the public ones; raises TaskError."""
    text = os.environ.get("MSERVE_OUTSIDE_ALLOW", "")
    try:
        return outlets.networks(text)
    except ValueError as fault:
        raise TaskError(f"MSERVE_OUTSIDE_ALLOW={text}: {fault}") from fault


def resolve(host: str, port: int, networks: Sequence[outlets.Network]) -> list[str]:
    """The addresses of `host` that may be reached; raises TaskError where there are none.

    Its words do not tell the addresses: what a private network looks like inside is not asked here.
    """
    found = _look_up(host, port)
    open_ones = [each for each in found if is_open(ip_address(each), networks)]
    if not open_ones:
        raise TaskError(
            f"{host} is not on the public internet; "
            "mserve.outside_allow in the ini says what else may be reached"
        )
    return open_ones


def _look_up(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as fault:
        if fault.errno in UNKNOWN:
            raise TaskError(f"there is no host {host}") from fault
        raise Unreachable(f"{host} cannot be looked up: {fault.strerror}") from fault
    except UnicodeError as fault:
        raise TaskError(f"{host[:80]} is no name of a host") from fault
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_open(address: Address, networks: Sequence[outlets.Network]) -> bool:
    """Whether the address, and each that it carries within it, is public or in `networks`."""
    return all(
        _is_public(each) or any(each in network for network in networks)
        for each in _carried(address)
    )


def _is_public(address: Address) -> bool:
    special = (
        address.is_multicast or address.is_reserved or any(address in each for each in ASSIGNED)
    )
    return address.is_global and not special and not getattr(address, "is_site_local", False)


def _carried(address: Address) -> Iterator[Address]:
    """Where packets to the address go in the end: IPv6 has several ways to carry IPv4."""
    if isinstance(address, IPv4Address):
        yield address
    elif address in NAT64 or (address in COMPATIBLE and int(address) > 1):
        yield IPv4Address(int(address) & 0xFFFFFFFF)
    elif address.ipv4_mapped or address.sixtofour:
        yield address.ipv4_mapped or address.sixtofour  # type: ignore[misc]  # one is there
    else:
        yield from address.teredo or ()
        yield address
