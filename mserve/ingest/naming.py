"""Naming: where the outputs of a task become files, as a path with places for what differs.

    {stem}-{output}.txt         beside the file that the task ran on
    /texts/{date}/{name}.txt    from the service's own folder on

`{name}` is what the file is called, `{stem}` the same without its last suffix, `{output}` what the
output is called, and `{date}` the day on which the job was started, as 2026-11-27 in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mserve.errors import BadInput
from mserve.resources.names import check_path
from mserve.template import PLACE

PLACES = {"name": "a", "stem": "a", "output": "a", "date": "2026-11-27"}
"""What a path can have a place for, each with an example."""


@dataclass(frozen=True)
class Naming:
    """`text` is the path; `rooted` whether it begins at the service's own folder."""

    text: str

    @classmethod
    def parse(cls, text: str) -> "Naming":
        """Raises BadInput with what would be right."""
        unknown = [name for name in PLACE.findall(text) if name not in PLACES]
        if unknown or {"{", "}"} & {*PLACE.sub("", text)}:
            known = ", ".join(f"{{{name}}}" for name in PLACES)
            raise BadInput(f"should be a path in which braces hold one of {known}")
        if text.endswith("/"):
            raise BadInput("should end in the name of a file, not in a slash")
        made = cls(text)
        made.fill(PLACES)
        return made

    @property
    def rooted(self) -> bool:
        return self.text.startswith("/")

    def fill(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """The names on the path; raises BadName where a file cannot be called so."""
        filled = PLACE.sub(lambda place: values[place[1]], self.text)
        return check_path(filled.removeprefix("/"))
