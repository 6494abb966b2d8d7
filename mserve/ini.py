"""The ini's `mserve.*` lines as they are read: each by its default and what it may be, and what
was wrong with them.
"""

import os
from collections.abc import Callable, Mapping
from typing import Any

Lines = Mapping[str, tuple[str, Callable[[str], Any]]]
"""Each line without its `mserve.`: what it is by default, and what it may be."""


class Ini:
    """Reads one line after the other and remembers what was wrong, in `faults`."""

    def __init__(self, lines: Mapping[str, str]) -> None:
        self.lines = lines
        self.faults: list[str] = []

    def values(self, lines: Lines) -> dict[str, Any]:
        """What the ini says of each of these lines, by name; None where it is wrong."""
        return {name: self.read(name, *line) for name, line in lines.items()}

    def read(self, name: str, default: str, convert: Callable[[str], Any]) -> Any:
        """The line `mserve.<name>`; None where `convert` raises ValueError."""
        text = self.lines.get(f"mserve.{name}", default)
        try:
            return convert(text)
        except ValueError as fault:
            self.faults.append(f"mserve.{name} = {text}: {fault}")

    def either(self, variable: str, line: str) -> str | None:
        """The environment's word, else the ini's."""
        return os.environ.get(variable) or self.lines.get(line)
