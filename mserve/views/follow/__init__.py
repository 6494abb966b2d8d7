"""Following jobs: `?wait=` and streams of events, of clients who wait while nothing happens."""

LONGEST = 60
"""Seconds that a client may wait for the end of a job."""
