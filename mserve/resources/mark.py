"""Mark: as what a content that a file has is counted."""

from typing import NamedTuple

from mserve.resources.asker import Payer, who_asks
from mserve.resources.entry import Tags

MADE_FROM = "/"
"""Between the id of a key and that of the key that it was made from."""


class Mark(NamedTuple):
    """Who pays for the content, and the media type that it came as, or was found to be of."""

    payer: Payer = ()
    mimetype: str = ""

    @property
    def tags(self) -> Tags:
        return (*paid(self.payer), *typed(self.mimetype))

    @property
    def name(self) -> str:
        """What stands for it in the rows of an account."""
        return name_of(self.tags)

    @classmethod
    def named(cls, name: str) -> "Mark":
        """The mark whose `name` that is."""
        payer, _, mimetype = name.partition(" ")
        return cls(tuple(payer.split(MADE_FROM)) if payer else (), mimetype)


UNKNOWN = Mark()


def mark_for(mimetype: str | None) -> Mark:
    """That of what comes now."""
    return Mark(who_asks().payer, mimetype or "")


def name_of(tags: Tags) -> str:
    """The name of the mark whose tags are among these."""
    known = dict(tags)
    return f"{known.get('key', '')} {known.get('mimetype', '')}"


def paid(payer: Payer) -> Tags:
    """The tag of who pays."""
    return (("key", MADE_FROM.join(payer)),) if payer else ()


def typed(mimetype: str) -> Tags:
    """The tag of a media type."""
    return (("mimetype", mimetype),) if mimetype else ()
