"""Source: the file that a task works on, as the task sees it. A task knows files, not the tree."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


def _tell_nobody(fraction: float, words: str) -> None:
    """The listener of a source whose progress nobody follows."""


@dataclass(frozen=True)
class Source:
    """A file to read, and an empty folder to write outputs to.

    `path` is to be read only: it is the stored content itself. `name` is what its owner calls it,
    and may have nothing to do with `path`. `size` is in bytes, `sha256` that of the bytes as they
    came, in hex. If the task is `linked`, others can read the file by `url` while it runs, and
    answer at `callback` if it awaits that.
    What a task writes to `scratch` and does not return as an Output is thrown away.
    """

    path: Path
    name: str
    mimetype: str
    size: int
    scratch: Path
    metadata: Mapping[str, Any] = field(default_factory=dict)
    report: Callable[[float, str], None] = _tell_nobody
    sha256: str = ""
    url: str | None = None
    callback: str | None = None

    def progress(self, fraction: float, words: str = "") -> None:
        """Tell how far the task is: `fraction` from 0 to 1, `words` for a person."""
        self.report(min(max(fraction, 0.0), 1.0), words)
