"""The header Mserve-Quota-Warning: which soft quotas are exceeded by what a request adds.

A list of structured fields (RFC 9651): `service;metric="disc_space";soft=900`. It does not say how
much is used, as not everybody who may add is to know.
"""

from typing import Any

from pyramid.events import NewResponse, subscriber

NAME = "Mserve-Quota-Warning"
OVER = "mserve.quotas-over"
"""In the WSGI environ: the members of the list."""


def over(environ: dict[str, Any]) -> set[str]:
    """Where it is noted while the request is acted on, in whoever's transaction."""
    found: set[str] = environ.setdefault(OVER, set())
    return found


def fields(environ: dict[str, Any]) -> dict[str, str]:
    """The header, if there is something to tell."""
    found = over(environ)
    return {NAME: ", ".join(sorted(found))} if found else {}


@subscriber(NewResponse)
def tell(event: Any) -> None:
    event.response.headers.update(fields(event.request.environ))
