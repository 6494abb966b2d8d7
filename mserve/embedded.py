"""The data folder, and the database and the queue that are in it where the ini names no others."""

import os
from pathlib import Path
from urllib.parse import quote, urlencode

from mserve.ini import Ini

SOCKET_PATH_LIMIT = 100  # bytes; sun_path holds 108 on Linux, unix(7), and names are appended


def data_folder(ini: Ini) -> Path:
    """Where MSERVE_DATA or the ini says; a path that serves in any case."""
    text = ini.either("MSERVE_DATA", "mserve.data")
    if not text:
        ini.faults.append("mserve.data is missing; say mserve.data = %(here)s/var")
    path = Path(text or "var").absolute()
    if len(os.fsencode(path)) > SOCKET_PATH_LIMIT - len("/redis.sock"):
        ini.faults.append(
            f"mserve.data {path} is too long: sockets live there, and the system allows their "
            f"paths {SOCKET_PATH_LIMIT} bytes; choose a shorter folder"
        )
    return path


def database_uri(data: Path) -> str:
    """ZEO by a socket in the data folder, blobs shared by all processes."""
    options = {
        "server_sync": "1",  # a process sees what another has committed before it answered
        "storage": "1",
        "wait_timeout": "30",
        "blob_dir": str(data / "blobs"),
        "shared_blob_dir": "1",
        "connection_pool_size": "16",
        "connection_cache_size": "50000",
    }
    return f"zeosync://{data / 'zeo.sock'}?{urlencode(options)}"


def redis_url(data: Path) -> str:
    """Redis by a socket in the data folder."""
    return f"unix://{quote(str(data / 'redis.sock'))}"
