"""A client of mserve for programs, and what `mserve put`, `get`, `ls`, `rm` and `sync` are made of.

    from mserve.client import Client

    with Client("https://content.example.com/acme/media", key) as client:
        stored = client.put("cat.jpg", "photos/cat.jpg")
        client.wait(stored)

It asks by HTTP alone: nothing of the server is imported.
"""

from mserve.client.client import Client
from mserve.client.errors import (
    Answered,
    BadAddress,
    BadAnswer,
    BadKey,
    BadKeyFile,
    ClientError,
    Forbidden,
    InTheWay,
    LocalFault,
    Mismatch,
    NotFound,
    StillRunning,
    Stopped,
    Unavailable,
    Unreachable,
)
from mserve.client.narrow import narrow
from mserve.client.results import Failure, Job, Node, Stored, Synced

__all__ = [
    "Answered",
    "BadAddress",
    "BadAnswer",
    "BadKey",
    "BadKeyFile",
    "Client",
    "ClientError",
    "Failure",
    "Forbidden",
    "InTheWay",
    "Job",
    "LocalFault",
    "Mismatch",
    "Node",
    "NotFound",
    "StillRunning",
    "Stopped",
    "Stored",
    "Synced",
    "Unavailable",
    "Unreachable",
    "narrow",
]
