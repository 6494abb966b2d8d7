"""Who may read the metrics without a key: clients in the networks of `mserve.metrics_from`."""

from ipaddress import IPv4Network, IPv6Network, ip_address


def near(address: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    """Whether the address is in one of them; who has none, as at a Unix socket, is not."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in each for each in networks)
