"""The ini's lines about monitoring: whose programs may read the metrics without a key."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from mserve.ini import Ini, Lines

Network = IPv4Network | IPv6Network


def networks(text: str) -> tuple[Network, ...]:
    """`127.0.0.1 10.1.0.0/16`."""
    try:
        return tuple(map(ip_network, text.split()))
    except ValueError as fault:
        raise ValueError(f"{fault}; right is for example 127.0.0.1 10.1.0.0/16") from None


LINES: Lines = {"metrics_from": ("", networks)}


@dataclass(frozen=True)
class MonitoringSettings:
    """The networks whose clients may read `/-/metrics` without a key."""

    metrics_from: tuple[Network, ...]


def parse(ini: Ini) -> MonitoringSettings:
    """What `ini` says in these lines; it remembers what is wrong with them."""
    return MonitoringSettings(**ini.values(LINES))
