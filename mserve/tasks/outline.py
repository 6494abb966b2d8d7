"""Outline: where a CEL expression loops, and what it calls there; its parser tells neither."""

import re

LOOPS = frozenset({"all", "exists", "exists_one"})
GROWING = frozenset({"map", "filter"})
MANY = {"loops": 4, "matches": 4}

TOKEN = re.compile(  # as the grammar of CEL has it: a backslash means nothing in a raw text
    r"""
    (?P<text> [bB]?[rR](?: \"{3}.*?\"{3} | \'{3}.*?\'{3} | "[^"\r\n]*" | '[^'\r\n]*' )
            | [bB]?(?: \"{3}(?:\\.|[^\\])*?\"{3} | \'{3}(?:\\.|[^\\])*?\'{3}
                     | "(?:\\.|[^"\\\r\n])*" | '(?:\\.|[^'\\\r\n])*' ) )
    | (?P<comment> //[^\n]* ) | (?P<name> [A-Za-z_]\w* ) | (?P<mark> [^\s\w] )
    """,
    re.DOTALL | re.VERBOSE | re.ASCII,
)


class Outline:
    """loops: how many the expression `text` has; bound: the names that these bind."""

    def __init__(self, text: str) -> None:
        self.bound: set[str] = set()
        self.loops = self.matches = 0
        self.inner: set[str] = set()  # what is costly, called within a loop
        self.growing: set[str] = set()
        tokens = [m for m in TOKEN.finditer(text) if m.lastgroup in ("name", "mark", "text")]
        self._read([m.group() if m.lastgroup != "text" else '""' for m in tokens])

    def _read(self, tokens: list[str]) -> None:
        open_loops: list[bool] = []
        for place, token in enumerate(tokens):
            name = tokens[place - 1] if place else ""
            if token == "(":
                self._call(name, tokens[place + 1 : place + 2], inside=any(open_loops))
                open_loops.append(name in LOOPS)
            elif token == ")" and open_loops:
                open_loops.pop()

    def _call(self, name: str, argument: list[str], inside: bool) -> None:
        self.loops += name in LOOPS
        self.matches += name == "matches"
        if name in LOOPS:
            self.bound.update(argument)
        if name in GROWING:
            self.growing.add(name)
        if inside and (name in LOOPS or name == "matches"):
            self.inner.add(name)

    def faults(self) -> list[str]:
        """What it should do without, each a sentence."""
        return [
            *(f"{name}() is not offered; exists() and all() are" for name in self.growing),
            *(f"{name}() cannot be used within a loop" for name in self.inner),
            *(
                f"there can be {most} {what} at most"
                for what, most in MANY.items()
                if getattr(self, what) > most
            ),
        ]
