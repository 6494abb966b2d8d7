"""Jobs of a running mserve, as a client sees them."""

from typing import Any

import httpx

from tests.functional.stack import wait_for


def ended(client: httpx.Client, job: str) -> Any:
    """The job once it has ended."""
    return wait_for(lambda: next((j for j in [client.get(job).json()] if j["ended"]), None))


def nap(client: httpx.Client, name: str, seconds: float) -> str:
    """A job that takes its time, once a worker is at it, on a file whose ingest has ended."""
    made = client.put(name, content=b"bytes").json()
    ended(client, made["job"])
    asked = {"task": "nap", "arguments": {"seconds": seconds}}
    job = str(client.post(made["links"]["jobs"], json=asked).json()["url"])
    wait_for(lambda: client.get(job).json()["percent"] == 50)
    return job
