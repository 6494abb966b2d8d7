"""Version: what a file was before its content was replaced."""

from dataclasses import dataclass

from mserve.resources.content import Content


@dataclass(frozen=True)
class Version:
    """A former content, from `since` to `until` (µs)."""

    number: int
    content: Content
    announced: str | None
    since: int
    until: int
