"""The ini's lines about monitoring: whose programs may read the metrics without a key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

Network = IPv4Network | IPv6Network


def networks(text: str) -> tuple[Network, ...]:
    """`127.0.0.1 10.1.0.0/16`."""
    try:
        return tuple(map(ip_network, text.split()))
    except ValueError as fault:
        raise ValueError(f"{fault}; right is for example 127.0.0.1 10.1.0.0/16") from None


LINES: dict[str, tuple[str, Callable[[str], Any]]] = {"metrics_from": ("", networks)}
"""Each line without its `mserve.`: what it is by default, and what it may be."""
Read = Callable[[str, str, Callable[[str], Any]], Any]


@dataclass(frozen=True)
class MonitoringSettings:
    """The networks whose clients may read `/-/metrics` without a key."""

    metrics_from: tuple[Network, ...]


def parse(read: Read) -> MonitoringSettings:
    """The lines, as `read(name, default, convert)` has them."""
    found: Mapping[str, Any] = {name: read(name, *line) for name, line in LINES.items()}
    return MonitoringSettings(**found)
