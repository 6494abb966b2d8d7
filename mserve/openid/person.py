"""Person: whom a provider speaks of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Known by (issuer, subject) alone; the rest is what they may be called.

    email: one that the provider has verified, or nothing.
    """

    issuer: str
    subject: str
    login: str = ""
    name: str = ""
    email: str = ""
