"""Users: the people of the site, found by id, name, address of mail, or their OpenID."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from BTrees.Length import Length
from BTrees.OOBTree import OOBTree
from persistent import Persistent

from mserve.errors import NameTaken
from mserve.resources.index import AFTER_DASH
from mserve.resources.user import User


class Users(Persistent):  # type: ignore[misc]  # persistent has no types
    """`site.users`."""

    __name__ = "users"

    def __init__(self, site: Any) -> None:
        self.__parent__ = site
        self._ids = OOBTree()
        self._names = OOBTree()
        self._emails = OOBTree()
        self._subjects = OOBTree()
        self.tokens = OOBTree()
        """Digests of personal API tokens to these."""
        self.holding = OOBTree()
        """Who keeps which key in the profile: `<key id>-<user id>`."""
        self.count = Length()

    def add(self, user: User) -> User:
        """Enters a new user; raises NameTaken where name or address of mail are another's."""
        self._free(self._names, user.name, user)
        if user.email is not None:
            self._free(self._emails, user.email, user)
        user.__parent__ = self
        self._ids[user.id] = self._names[user.name] = user
        if user.email is not None:
            self._emails[user.email] = user
        for issuer, subject in user.identities:
            self._subjects[_pair(issuer, subject)] = user
        self.count.change(1)
        return user

    def get(self, id: str) -> User | None:
        return self._ids.get(id)  # type: ignore[no-any-return]  # BTrees have no types

    def by_name(self, name: str) -> User | None:
        """The user of a normalised login name."""
        return self._names.get(name)  # type: ignore[no-any-return]  # BTrees have no types

    def by_email(self, email: str) -> User | None:
        """The user of a normalised address of mail."""
        return self._emails.get(email)  # type: ignore[no-any-return]  # BTrees have no types

    def by_subject(self, issuer: str, subject: str) -> User | None:
        """The user whom the OpenID provider `issuer` calls `subject`."""
        return self._subjects.get(_pair(issuer, subject))  # type: ignore[no-any-return]  # no types

    def hold(self, key: str, user: User) -> None:
        """The user keeps the key of that id."""
        self.holding[f"{key}-{user.id}"] = user

    def unhold(self, key: str, user: User) -> None:
        """The user keeps it no more."""
        self.holding.pop(f"{key}-{user.id}", None)

    def holders(self, key: str) -> list[User]:
        """Who keeps the key of that id."""
        return list(self.holding.values(f"{key}-", f"{key}{AFTER_DASH}"))

    def set_email(self, user: User, email: str | None) -> None:
        """Another address, or none; raises NameTaken where it is another's."""
        if email == user.email:
            return
        if email is not None:
            self._free(self._emails, email, user)
            self._emails[email] = user
        if user.email is not None:
            self._emails.pop(user.email, None)
        user.email = email

    def link(self, user: User, issuer: str, subject: str) -> None:
        """The user may log in by that OpenID; raises NameTaken where it is another's."""
        self._free(self._subjects, _pair(issuer, subject), user, subject)
        self._subjects[_pair(issuer, subject)] = user
        user.identities = tuple(dict.fromkeys((*user.identities, (issuer, subject))))

    def unlink(self, user: User, issuer: str, subject: str) -> None:
        """The user may log in by that OpenID no more."""
        if self.by_subject(issuer, subject) is user:
            del self._subjects[_pair(issuer, subject)]
        user.identities = tuple(each for each in user.identities if each != (issuer, subject))

    def page(self, limit: int, after: str | None = None, words: str = "") -> list[tuple[str, User]]:
        """Up to `limit` users by name, above the name `after`; those in whose name, address of
        mail or display name `words` occur."""
        items = self._names.items(min=after, excludemin=after is not None)
        return list(islice(_found(items, words.casefold()), limit))

    @staticmethod
    def _free(index: Any, key: str, user: User, told: str | None = None) -> None:
        if index.get(key, user) is not user:
            raise NameTaken(told or key)


def _found(items: Any, words: str) -> Iterator[tuple[str, User]]:
    for name, user in items:
        if not words or any(words in text for text in _texts(user)):
            yield name, user


def _texts(user: User) -> tuple[str, ...]:
    return user.name, user.email or "", user.display.casefold()


def _pair(issuer: str, subject: str) -> str:
    return json.dumps([issuer, subject])
