"""Connection: to an address that was checked, with a deadline for all that is read and written."""

import ssl
import time
from collections.abc import Iterable, Sequence
from typing import Any

import httpcore

from mserve.outlets import Network
from mserve.outside.address import resolve


class Backend(httpcore.SyncBackend):
    """Connects to addresses that are public or in `networks`; `deadline` is of time.monotonic()."""

    def __init__(self, networks: Sequence[Network], deadline: float) -> None:
        self.networks = networks
        self.deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        fault: Exception | None = None
        for address in resolve(host, port, self.networks):
            try:
                left = _left(self.deadline, timeout, httpcore.ConnectTimeout)
                stream = super().connect_tcp(address, port, left, local_address, socket_options)
                return _Stream(stream, self.deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as each:
                fault = each
        assert fault is not None  # there is one address at least
        raise fault


class _Stream(httpcore.NetworkStream):
    """Each operation may take as long as the whole has left: a drop each minute is no progress."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self.stream = stream
        self.deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = _left(self.deadline, timeout, httpcore.ReadTimeout)
        return self.stream.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, _left(self.deadline, timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(self.deadline, timeout, httpcore.ConnectTimeout)
        return _Stream(self.stream.start_tls(ssl_context, server_hostname, left), self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def _left(deadline: float, timeout: float | None, fault: type[Exception]) -> float:
    """Seconds; raises `fault` where there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise fault("no time is left")
    return left if timeout is None else min(timeout, left)
