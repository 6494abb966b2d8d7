"""Waiting for the end of a job, which the server is asked to wait for as well."""

import time
from threading import Event

from mserve.client.address import Address
from mserve.client.errors import StillRunning
from mserve.client.results import Job
from mserve.client.session import Session

WAIT = 5  # seconds that the server is asked to wait for a job's end
POLL = 0.2, 5.0  # seconds between two looks at a job that it did not wait for: at first, at most


def wait(session: Session, place: Address, id: str, stop: Event, timeout: float | None) -> Job:
    """The job of that id at `place`, once it has ended; raises StillRunning after `timeout` s."""
    began, pause = time.monotonic(), POLL[0]
    while True:
        asked = time.monotonic()
        left = WAIT if timeout is None else max(0, min(WAIT, int(timeout - asked + began)))
        job = Job.of(session.look(place.facet("jobs", id), wait=left))
        if job.ended:
            return job
        if timeout is not None and time.monotonic() - began > timeout:
            raise StillRunning(f"the job {job.name} is {job.state}, {job.percent} % done")
        if time.monotonic() - asked < POLL[0]:
            stop.wait(pause)
            pause = min(POLL[1], pause * 1.5)
