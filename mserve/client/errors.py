"""What can go wrong for a client; str() is a sentence for a person, without any key.

ClientError
 ├ BadAddress     the URL or name is none that mserve could have
 ├ BadKey         what was given as a key is none
 ├ BadKeyFile     a file of keys that cannot be used
 ├ LocalFault     a file on this machine cannot be read or written, or changes all the time
 ├ Unreachable    no connection, or it broke                                  tried again
 │  └ Untrusted   the server's certificate is not to be trusted
 ├ Mismatch       the bytes that arrived are not those that were sent         tried again
 ├ BadAnswer      what answers does not speak as mserve does
 ├ StillRunning   a job has not ended in the time given
 ├ Stopped        the caller wants no more
 └ Answered       the server refused; its problem document (RFC 9457) says why
    ├ NotFound    404, 410: not there, or not to be seen by this key
    ├ Forbidden   401, 403
    ├ InTheWay    409, 412: something of that name, or the state of things
    └ Unavailable 408, 423, 425, 429, 500, 502, 503, 504                      tried again
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from mserve.errors import MserveError


class ClientError(MserveError):
    """Root of all that the client raises on purpose."""

    passing = False
    """Whether it may well be otherwise when tried again."""


class BadAddress(ClientError):
    """The URL or name is none that mserve could have."""


class BadKey(ClientError):
    """What was given as a key is none, or cannot be narrowed."""


class BadKeyFile(ClientError):
    """A file of keys that cannot be used."""


class LocalFault(ClientError):
    """A file on this machine cannot be read or written."""


class Unreachable(ClientError):
    """No connection, or it broke."""

    passing = True


class Untrusted(Unreachable):
    """The server's certificate is not to be trusted."""

    passing = False


class Mismatch(ClientError):
    """The bytes that arrived are not those that were sent."""

    passing = True


class BadAnswer(ClientError):
    """What answers does not speak as mserve does."""


class StillRunning(ClientError):
    """A job has not ended in the time given."""


class Stopped(ClientError):
    """The caller wants no more."""


class Answered(ClientError):
    """The server refused.

    kind: the last part of the problem's type, for example "name-taken"; after: seconds to wait
    before the next try, as the server says, or None.
    """

    def __init__(self, status: int, kind: str, detail: str, after: float | None = None) -> None:
        self.status, self.kind, self.detail, self.after = status, kind, detail, after
        super().__init__(detail)


class NotFound(Answered):
    """Not there, or not to be seen by this key."""


class Forbidden(Answered):
    """The key may not."""


class InTheWay(Answered):
    """Something is in the way: a name, or the state of things."""


class Unavailable(Answered):
    """Not now."""

    passing = True


class Retrieving(Unavailable):
    """The bytes are in the archive; the server has begun to bring them back."""


CLASSES: Mapping[int, type[Answered]] = {
    202: Retrieving,
    **dict.fromkeys((404, 410), NotFound),
    **dict.fromkeys((401, 403), Forbidden),
    **dict.fromkeys((409, 412), InTheWay),
    **dict.fromkeys((408, 423, 425, 429, 500, 502, 503, 504), Unavailable),
}


def of_response(response: httpx.Response) -> Answered:
    """The error that a response which was read stands for."""
    status = response.status_code
    problem = _problem(response)
    told = str(problem.get("detail") or "")
    faults = [
        f"{each.get('place')}: {each.get('detail')}"
        for each in problem.get("faults", ())
        if isinstance(each, dict)
    ]
    detail = told or "; ".join(faults) or f"HTTP {status} {response.reason_phrase}".strip()
    kind = str(problem.get("type") or "").rpartition(":")[2]
    after = retry_after(response.headers.get("Retry-After", ""))
    return CLASSES.get(status, Answered)(status, kind, detail, after)


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def retry_after(value: str) -> float | None:
    """Seconds to wait, of Retry-After as seconds or a date (RFC 9110, 10.2.3); None: not said."""
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
