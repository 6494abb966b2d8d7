"""The lines of `[server:main]`, parsed once; all that is wrong with them is told together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from ipaddress import ip_network
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from mserve.errors import SettingsError
from mserve.server.clients import UNIX

Address = tuple[str, int]
SOCKET_PATH = 107  # bytes, unix(7)
FORWARDED = ("x-forwarded-for", "x-forwarded-proto")


@dataclass(frozen=True)
class Options:
    """listen: addresses, `host:port` each, or a Unix socket's path and 0. threads: requests that
    are worked at together (not those that wait for their client). timeout: seconds that a client
    may do nothing. drain: seconds that requests at hand have after SIGTERM. connection_limit: open
    connections. trusted_proxy: the fronts' addresses or networks, or UNIX, from which
    `trusted_proxy_headers` (of FORWARDED) are believed, from nobody else. url_prefix: where the
    application is mounted. url_scheme: how it is reached.
    """

    listen: tuple[Address, ...] = (("127.0.0.1", 6543),)
    threads: int = 8
    timeout: float = 120.0
    drain: float = 20.0
    connection_limit: int = 1000
    trusted_proxy: tuple[str, ...] = ()
    trusted_proxy_headers: tuple[str, ...] = FORWARDED
    url_prefix: str = ""
    url_scheme: str = "http"

    @classmethod
    def parse(cls, lines: Mapping[str, str]) -> "Options":
        """Raises SettingsError."""
        lines = with_listen(lines)
        known = {field.name for field in fields(cls)}
        faults = [
            f"{name} is no setting of egg:mserve#web; there are: {', '.join(sorted(known))}"
            for name in sorted(lines.keys() - known)
        ]
        found: dict[str, Any] = {}
        for name in known & lines.keys():
            try:
                found[name] = PARSERS[name](lines[name].strip())
            except ValueError as fault:
                faults.append(f"{name} = {lines[name]}: {fault}")
        if faults:
            raise SettingsError([f"[server:main] {fault}" for fault in faults])
        return cls(**found)


def with_listen(lines: Mapping[str, str]) -> dict[str, str]:
    """`host` and `port` are another way to say `listen`."""
    rest = dict(lines)
    host, port = rest.pop("host", None), rest.pop("port", None)
    if host or port:
        rest.setdefault("listen", f"{host or '127.0.0.1'}:{port or 6543}")
    return rest


def addresses(text: str) -> tuple[Address, ...]:
    return tuple(map(address, text.split())) or Options.listen


def address(text: str) -> Address:
    """Host and port of `127.0.0.1:6543`, `[::1]:6543`, `*:6543` or `unix:/run/web.sock`.

    Raises ValueError.
    """
    if text.startswith("unix:"):
        return unix(text.removeprefix("unix:"))
    parts = urlsplit(f"//{text}")
    if not parts.hostname or parts.port is None or parts.path:
        raise ValueError("should be host:port, such as 127.0.0.1:6543, or unix: and a path")
    return "0.0.0.0" if parts.hostname == "*" else parts.hostname, parts.port


def unix(path: str) -> Address:
    if not PurePath(path).is_absolute() or len(path.encode()) > SOCKET_PATH:
        raise ValueError(f"should be unix: and an absolute path of at most {SOCKET_PATH} bytes")
    return path, 0


def number(least: float, kind: Callable[[str], float] = int) -> Callable[[str], float]:
    def parse(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            raise ValueError("should be a number") from None
        if not least <= value < 1e9:
            raise ValueError(f"should be {least} or more")
        return value

    return parse


def proxies(text: str) -> tuple[str, ...]:
    try:
        return tuple(UNIX if each == UNIX else str(ip_network(each)) for each in text.split())
    except ValueError as fault:
        raise ValueError(
            f"{fault}; should be the fronts' IP addresses or networks, or unix, as in "
            "127.0.0.1 10.0.0.0/8"
        ) from None


def forwarded(text: str) -> tuple[str, ...]:
    names = tuple(text.lower().replace(",", " ").split())
    if unknown := sorted(set(names) - set(FORWARDED)):
        raise ValueError(f"{', '.join(unknown)}: only {' and '.join(FORWARDED)} can be believed")
    return names


def prefix(text: str) -> str:
    return f"/{text.strip('/')}" if text.strip("/") else ""


def scheme(text: str) -> str:
    if text not in ("http", "https"):
        raise ValueError("should be http or https")
    return text


PARSERS: Mapping[str, Callable[[str], Any]] = {
    "listen": addresses,
    "threads": number(1),
    "timeout": number(1, float),
    "drain": number(0, float),
    "connection_limit": number(1),
    "trusted_proxy": proxies,
    "trusted_proxy_headers": forwarded,
    "url_prefix": prefix,
    "url_scheme": scheme,
}
