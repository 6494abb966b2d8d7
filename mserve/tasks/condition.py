"""Condition: a CEL expression that says whether a task is to run; parsed when it is saved.

    mfile.mimetype.startsWith("image/") && mfile.size < 50000000

Expressions are written by a service's people and evaluated inside mserve's processes, so what could
take unbounded time or memory is refused: long texts, loops within loops, loops that build lists
(a filter over 30 000 entries took 26 s), functions that are not in FUNCTIONS, and many regular
expressions (one can take 35 ms to compile, at every evaluation).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cel

from mserve.errors import BadInput, TaskError
from mserve.tasks.outline import Outline

LENGTH = 1000  # characters; the parser's recursion then needs less than 512 KiB of stack
VARIABLES = frozenset({"mfile", "service", "job"})
FUNCTIONS = frozenset(
    (
        *("bytes", "double", "duration", "int", "string", "timestamp", "uint"),
        *("contains", "endsWith", "matches", "size", "startsWith"),
        *("getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getFullYear", "getHours"),
        *("getMilliseconds", "getMinutes", "getMonth", "getSeconds"),
    )
)
ENTRIES = 5000  # of all lists and mappings that a condition with loops may see

# What cel raises, by its documentation; its panics are told apart by their name below.
FAULTS = (ValueError, TypeError, RuntimeError, ArithmeticError, LookupError)


@dataclass(frozen=True)
class Condition:
    """When a task runs; an empty text: always."""

    text: str

    @classmethod
    def parse(cls, text: object) -> "Condition":
        """Raises BadInput with the parser's words where `text` is no condition that can be used."""
        if not isinstance(text, str):
            raise BadInput("a condition should be a text, a CEL expression")
        if text.strip():
            _compile(text)
        return cls(text)

    @property
    def names(self) -> frozenset[str]:
        """The variables that it asks about."""
        return _compile(self.text)[2] if self.text.strip() else frozenset()

    def holds(self, variables: Mapping[str, Any]) -> bool:
        """Whether it is true of `variables`: JSON by the names in VARIABLES.

        Raises TaskError where it cannot be evaluated, or is neither true nor false.
        """
        if not self.text.strip():
            return True
        program, loops, _ = _compile(self.text)
        if loops and _entries(variables) > ENTRIES:
            raise TaskError(
                f"condition {self.text}: the metadata have more than {ENTRIES} entries, "
                "too many for a condition with loops"
            )
        value = _evaluate(program, self.text, dict(variables))
        if not isinstance(value, bool):
            raise TaskError(f"condition {self.text}: gives {value!r:.80}, neither true nor false")
        return value


@lru_cache(maxsize=1024)
def _compile(text: str) -> tuple[cel.Program, int, frozenset[str]]:
    """The program, how many loops it has, what it asks about; raises BadInput."""
    if len(text) > LENGTH:
        raise BadInput(f"a condition may have {LENGTH} characters; this one has {len(text)}")
    outline = Outline(text)
    program = _parse(text)
    names = set(program.variables()) - outline.bound
    called = {name for name in program.functions() if name.isidentifier()}
    faults = [
        *outline.faults(),
        *(f"{name} is not known; known: {_listed(VARIABLES)}" for name in names - VARIABLES),
        *(f"{name}() is not offered; offered: {_listed(FUNCTIONS)}" for name in called - FUNCTIONS),
    ]
    if faults:
        raise BadInput("; ".join(sorted(faults)))
    return program, outline.loops, frozenset(names)


def _parse(text: str) -> cel.Program:
    try:
        return cel.compile(text)
    except FAULTS as fault:
        raise BadInput(_words(str(fault), text)) from fault
    except BaseException as fault:
        if type(fault).__name__ != "PanicException":
            raise
        raise BadInput("no CEL expression: the parser gave up on it") from fault


def _evaluate(program: cel.Program, text: str, variables: dict[str, Any]) -> object:
    try:
        return program.execute(variables)
    except LookupError as fault:
        raise TaskError(f"condition {text}: there is no {fault}") from fault
    except FAULTS as fault:
        raise TaskError(f"condition {text}: {fault}") from fault
    except BaseException as fault:
        if type(fault).__name__ != "PanicException":
            raise
        raise TaskError(f"condition {text}: cannot be evaluated") from fault


def _words(fault: str, text: str) -> str:
    """What the parser said, without the expression that it repeats before and after."""
    said = fault.removeprefix(f"Failed to parse expression '{text}': ")
    lines = [line for line in said.splitlines() if line.startswith("ERROR: <input>:")]
    places = [line.removeprefix("ERROR: <input>:") for line in lines] or [said]
    return f"no CEL expression: line {places[0]}"[:500]


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))


def _entries(value: object) -> int:
    """How many items the lists and mappings of a JSON value have in all."""
    if isinstance(value, Mapping):
        return len(value) + sum(map(_entries, value.values()))
    if isinstance(value, list | tuple):
        return len(value) + sum(map(_entries, value))
    return 0
