"""Template: the command line of a program that the ini allows, with places for what differs.

    /usr/bin/pdftotext -enc UTF-8 {input} {output}/text.txt

`{input}` is the file, `{output}` a folder for what the program makes, `{name}` what the owner calls
the file; any other is for who runs the task to fill in. No shell ever sees it.
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
OURS = frozenset({"input", "output", "name"})
END_OF_OPTIONS = "--"


@dataclass(frozen=True)
class Template:
    """`words` are the program, by its absolute path, and its arguments."""

    words: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Template":
        """Raises ValueError with what would be right."""
        words = tuple(shlex.split(text))
        if not words or not words[0].startswith("/") or PLACE.search(words[0]):
            raise ValueError("should begin with the program's absolute path, as in /usr/bin/file")
        for word in words:
            if {"{", "}"} & {*PLACE.sub("", word)}:
                raise ValueError(f"{word}: braces hold a name of small letters, as in {{input}}")
        return cls(words)

    @property
    def asked(self) -> frozenset[str]:
        """The places that who runs the task has to fill."""
        return frozenset(PLACE.findall(" ".join(self.words))) - OURS

    def fill(self, values: Mapping[str, str]) -> list[str]:
        """The command; raises ValueError for a value that the program would take for an option."""
        for place, word in enumerate(self.words):
            _check(word, values, behind=END_OF_OPTIONS in self.words[:place])
        return [PLACE.sub(lambda place: values[place[1]], word) for word in self.words]


def _check(word: str, values: Mapping[str, str], behind: bool) -> None:
    """`behind`: whether `--` stands before the word, after which there are no options."""
    for place in PLACE.finditer(word):
        value = values[place[1]]
        if "\0" in value:
            raise ValueError(f"{place[1]} holds a NUL character")
        if value.startswith("-") and not behind and "=" not in word[: place.start()]:
            raise ValueError(f"{place[1]} = {value[:80]!r} begins with '-', as options do")
