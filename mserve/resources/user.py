"""User: a person who can log in, with the keys that were given to them."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from BTrees.OOBTree import OOBTree
from persistent import Persistent

from mserve.errors import BadInput
from mserve.resources import clock
from mserve.resources.ids import new_id
from mserve.resources.key import Key

NAME = re.compile(r"[^\W_][\w.@+-]{0,63}")
EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,190}\.[^\s@.<>,;]{2,63}")
DISPLAY = 200  # characters


class User(Persistent):  # type: ignore[misc]  # persistent has no types
    """`password` is an argon2 hash, or None for who logs in elsewhere. `identities` are the
    (issuer, subject) pairs of OpenID; `keyring` the keys that were given to them, by id, and
    `labels` what they call these. `totp` is the sealed secret of the second factor, `recovery`
    the digests of codes that stand in for it. Sessions of a former `epoch` have ended.
    `kept_by` has the digests of the secrets by which keys were kept, `requests` the
    ServiceRequests by id.
    """

    email: str | None = None
    display = ""
    password: str | None = None
    disabled: int | None = None
    """When it was disabled (µs), or None."""
    last_login: int | None = None
    """When they last logged in (µs); not newer than an hour, as it is not written each time."""
    identities: tuple[tuple[str, str], ...] = ()
    totp: bytes | None = None
    recovery: tuple[str, ...] = ()
    epoch = 0
    requests: Any = None

    def __init__(self, name: str) -> None:
        self.id = self.__name__ = new_id()
        self.name = name
        self.created = clock.now()
        self.keyring = OOBTree()
        self.labels = OOBTree()
        self.kept_by = OOBTree()
        self.tokens = OOBTree()

    __parent__: Any = None

    @property
    def called(self) -> str:
        """What to call them."""
        return self.display or self.name

    def keep(self, key: Key, label: str = "") -> None:
        """Puts a key into the profile, under a label of their own."""
        self.keyring[key.id] = key
        self.labels[key.id] = label or self.labels.get(key.id) or key.label
        self.kept_by[key.id] = key.digest
        self.__parent__.hold(key.id, self)

    def let_go(self, id: str) -> None:
        """Takes the key `id` out of the profile; it works on for others."""
        self.keyring.pop(id, None)
        self.labels.pop(id, None)
        self.kept_by.pop(id, None)
        self.__parent__.unhold(id, self)

    def holds(self, key: Key, moment: int) -> bool:
        """Whether the key has still the secret by which it was kept, at `moment` (µs)."""
        return key.knows(self.kept_by.get(key.id, ""), moment)

    def kept(self) -> Iterator[Key]:
        """The keys of the profile, in no order."""
        return iter(self.keyring.values())

    def end_sessions(self) -> None:
        """All sessions that there are have ended, when this is committed."""
        self.epoch += 1


def normal_name(text: object) -> str:
    """A login name as it is compared: NFKC, without case; raises BadInput that says what is right.

    As UsernameCaseMapped of RFC 8265, in a narrower alphabet.
    """
    name = unicodedata.normalize("NFKC", text if isinstance(text, str) else "").casefold().strip()
    if not NAME.fullmatch(name):
        raise BadInput(
            "a login name should have 1 to 64 letters, digits and . _ - @ +, and begin with "
            "a letter or digit"
        )
    return name


def normal_email(text: object) -> str:
    """An address of mail as it is compared; raises BadInput where it is none."""
    address = text.strip() if isinstance(text, str) else ""
    if not EMAIL.fullmatch(address):
        raise BadInput("should be an address of mail, as anna@example.com")
    return address.casefold()


def display_name(text: object) -> str:
    """What a person is called; raises BadInput where it is too long or no text for a line."""
    if not isinstance(text, str) or len(text) > DISPLAY or not text.isprintable():
        raise BadInput(f"should be one line of at most {DISPLAY} characters")
    return text.strip()
