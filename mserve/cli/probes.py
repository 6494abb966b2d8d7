"""Does a part answer? Each probe asks it as its clients do: None if it does, else what is wrong."""

import json
import socket
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil
from redis import Redis, RedisError

PATIENCE = 1.0  # seconds for one answer


def zeo(address: Path) -> str | None:
    """Asks the ZEO server's monitor, `ruok`, in the frames of its protocol."""
    try:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(PATIENCE)
            asking.connect(str(address))
            read_frame(asking)  # the protocol it speaks
            asking.sendall(frame(b"ruok"))
            status = json.loads(read_frame(asking))
    except (OSError, ValueError) as error:
        return f"its socket {address.name}: {error}"
    return None if "1" in status else "it has no storage"


def frame(message: bytes) -> bytes:
    return len(message).to_bytes(4, "big") + message


def read_frame(asking: socket.socket) -> bytes:
    with asking.makefile("rb", buffering=0) as stream:
        size = int.from_bytes(read_all(stream, 4), "big")
        return read_all(stream, size)


def read_all(stream: socket.SocketIO, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = stream.read(size - len(data))
        if not more:
            raise OSError("it closed the connection")
        data += more
    return data


def redis(client: Redis) -> str | None:
    try:
        client.ping()
    except RedisError as error:  # refused, or still loading its file
        return str(error)
    return None


def web(host: str, port: int) -> str | None:
    asking = HTTPConnection(host, port, timeout=PATIENCE)
    try:
        asking.request("GET", "/-/health", headers={"Connection": "close"})
        status = asking.getresponse().status
    except (OSError, HTTPException) as error:
        return f"/-/health: {error}"
    finally:
        asking.close()
    return None if status == 200 else f"/-/health has the status {status}"


def workers(client: Redis, pid: int, wanted: int) -> str | None:
    """Whether `wanted` processes below the pool's, `pid`, have put themselves down in Redis."""
    try:
        down = client.smembers("rq:workers")
        asking = client.pipeline(transaction=False)
        for key in down:
            asking.hget(key, "pid")
        registered = {int(found) for found in asking.execute() if found}
    except RedisError as error:
        return str(error)
    alive = len(registered & family(pid))
    return None if alive >= wanted else f"{alive} of {wanted} worker processes are there"


def family(pid: int) -> set[int]:
    try:
        leader = psutil.Process(pid)
        return {pid, *(child.pid for child in leader.children(recursive=True))}
    except psutil.NoSuchProcess:
        return set()


def scheduler(client: Redis, pid: int) -> str | None:
    """Whether this one beats: the key may be an ended one's, or another node's."""
    try:
        beat = json.loads(client.get("mserve:scheduler") or "{}")
    except (RedisError, ValueError) as error:
        return str(error)
    return None if beat.get("pid") == pid else "it has not told Redis that it runs"
