"""The domain's own errors: raised below, turned into answers by one table in views/problems.py.

MserveError
 ├ BadInput            what was sent cannot be used; says what would be right
 │  ├ BadName          a child cannot be called so
 │  ├ BadDocument      a JSON document with faults, each with its place
 │  ├ BadArchive       an archive that cannot be unpacked, or must not be
 │  ├ TooLarge         more than the settings allow
 │  └ BadContent       the bytes are not those announced (length, digest)
 │     ├ ShortBody     fewer bytes than Content-Length announced
 │     ├ CutBody       the connection broke while the body came
 │     └ DigestMismatch  a digest that was announced is not that of the bytes
 │        └ ChecksumMismatch  the same of a tus chunk
 ├ NameTaken           a child of that name is there already
 ├ Refused             the actor may not; safe to tell the actor why
 │  ├ LoginRefused     what a provider of logins says is not accepted
 │  ├ OverBudget       a budget of the actor's key does not allow it any more
 │  └ OverMonthlyQuota  what a container, service or user may use in a month is used up
 ├ ProviderAway        a provider of logins does not answer as it should
 ├ Uncounted           budgets cannot be counted just now
 ├ Missing             there is no such thing
 ├ Conflict            the state of things forbids it
 │  ├ Away             the bytes are in the archive
 │  └ PreconditionFailed  it is not as If-Match and the like want it
 ├ Locked              another request is at it just now
 │  └ Held             a WebDAV lock is there; `roots` are the paths of what is locked
 │     ├ LockTokenMissing  a write without the lock's token, or by another
 │     └ LockConflict  a lock that is not compatible with those there are
 ├ Throttled           too many guesses; says how long to wait
 ├ StorageFull         no room for the bytes
 │  └ OverQuota        a quota leaves no room for them
 ├ SettingsError       the ini file; all faults together
 ├ SchemaMismatch      database and code are of different versions
 ├ DuplicateTask       two tasks of one name
 └ TaskError           a task's clear failure, told to the owner of the file
"""

from collections.abc import Sequence

from mserve.exceeded import Exceeded


class MserveError(Exception):
    """Root of all errors that mserve raises on purpose; str() is a sentence for a person."""


class BadInput(MserveError):
    """What was sent cannot be used."""


class BadName(BadInput):
    """A child cannot be called so."""


class BadDocument(BadInput):
    """A document with faults; `faults` holds (place, what is wrong) pairs.

    Places are JSON Pointers (RFC 6901).
    """

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{place or '/'}: {what}" for place, what in self.faults))


class BadContent(BadInput):
    """The bytes that came are not the bytes that were announced."""


class ShortBody(BadContent):
    """The body ended before the announced length."""

    def __init__(self, announced: int, received: int) -> None:
        super().__init__(f"{announced} bytes were announced, {received} came; nothing was stored")


class CutBody(BadContent):
    """The connection broke, or the body was not well-formed, before its end."""

    def __init__(self) -> None:
        super().__init__("the body broke off before its end")


class DigestMismatch(BadContent):
    """The bytes have another digest than the one that was announced."""


class ChecksumMismatch(DigestMismatch):
    """The bytes of a tus chunk have another checksum than Upload-Checksum says."""


class BadArchive(BadInput):
    """The archive cannot be read, or holds what is not unpacked."""


class TooLarge(BadInput):
    """More bytes, or more of something, than the settings allow."""


class NameTaken(MserveError):
    """A child of that name is there already."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is already something called {name!r} here")


class Refused(MserveError):
    """The actor may not do this; the message is safe to show to that actor."""


class LoginRefused(Refused):
    """What came from a provider of logins does not prove who somebody is."""


class ProviderAway(MserveError):
    """A provider of logins is down, or does not answer as its protocol wants it."""


class OverBudget(Refused):
    """A budget of the key, its caveat `caveat`, has only `left` left."""

    def __init__(self, caveat: str, limit: int, left: int, wanted: int) -> None:
        self.caveat, self.left = caveat, left
        super().__init__(
            f"the budget {caveat} of this key is {limit}; {left} are left, {wanted} would be needed"
        )


class Uncounted(MserveError):
    """What budgets allow is not known, as Redis is away."""

    def __init__(self) -> None:
        super().__init__(
            "the budget of this key cannot be counted just now; please try again in a moment"
        )


class Missing(MserveError):
    """There is no such thing."""


class Conflict(MserveError):
    """The present state of things forbids it."""


class Away(Conflict):
    """The bytes are in the archive, and not here."""

    def __init__(self) -> None:
        super().__init__(
            "the content is in the archive; the task retrieve brings it back, as a GET of it does"
        )


class PreconditionFailed(Conflict):
    """The present state is not the one that the request was made for (RFC 9110, 13)."""


class Locked(MserveError):
    """Another request is at work on the same thing."""


class Held(Locked):
    """Locks stand against it; `roots` has, of each, the names from the site to what it is on."""

    def __init__(self, words: str, roots: Sequence[tuple[str, ...]]) -> None:
        self.roots = tuple(roots)
        super().__init__(words)


class LockTokenMissing(Held):
    """A write, where a lock is whose token was not given by whom has made it (RFC 4918, 7.5)."""


class LockConflict(Held):
    """A new lock that is not compatible with those that there are (RFC 4918, 6.2)."""


class Throttled(MserveError):
    """Too many guesses; `seconds` says how long to wait."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"too many attempts; try again in {seconds} s")


class StorageFull(MserveError):
    """There is no room for the bytes."""


class OverQuota(StorageFull):
    """A quota of what is kept leaves no room for it."""

    def __init__(self, quota: Exceeded) -> None:
        self.quota = quota
        super().__init__(quota.words)


class OverMonthlyQuota(Refused):
    """A quota of what a month may bring is used up, or too little is left of it."""

    def __init__(self, quota: Exceeded) -> None:
        self.quota = quota
        super().__init__(quota.words)


class SettingsError(MserveError):
    """The ini file cannot be used; all its faults are told together."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("settings: " + "; ".join(self.faults))


class SchemaMismatch(MserveError):
    """The database was written by another version of mserve."""


class DuplicateTask(MserveError):
    """Two tasks of one name."""


class TaskError(MserveError):
    """A task could not do its work; the message says what was wrong with file or arguments."""
