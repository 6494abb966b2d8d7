"""Exceeded: what is told of a quota (resources/quota.py) that refuses something."""

from typing import NamedTuple


class Exceeded(NamedTuple):
    """A quota: whose it is, its metric in short, the most, what is used and what was asked for
    beyond it; `opens` is when it begins anew (RFC 3339), of a monthly one."""

    of: str
    name: str
    metric: str
    most: int
    used: float
    asked: float
    opens: str | None

    @property
    def words(self) -> str:
        """As a sentence that does not say how much is used, as not everybody is to know."""
        what, rest = WORDS[self.metric]
        more = "which leaves no room for {:g} more" if self.asked else "which are used up"
        opens = "" if self.opens is None else f"; from {self.opens} on it may again"
        return f"the {self.of} may {what.format(self.most)}, {more.format(self.asked)}{opens}{rest}"


WORDS = {
    "disc_space": ("keep {} bytes", "; nothing was stored"),
    "file": ("keep {} files", "; nothing was stored"),
    "ingest": ("take in {} bytes a month", "; nothing was stored"),
    "access": ("be read of {} bytes a month", ""),
    "jobruntime": ("have jobs run {} seconds a month", ""),
}
"""What a quota allows, and what comes of it, by its metric."""
