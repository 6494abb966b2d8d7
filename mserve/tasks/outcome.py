"""Outcome: what a task gives back, brought into one shape and checked before it is recorded."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mserve.errors import BadInput, TaskError
from mserve.resources.metrics import check_amount, check_own

FACTS = frozenset({"mimetype", "md5"})  # what a task may record about the content itself


@dataclass(frozen=True)
class Output:
    """A file that the task made: `path` lies in the source's scratch folder."""

    name: str
    path: Path
    mimetype: str


@dataclass(frozen=True)
class Rendition(Output):
    """A picture of the content, kept with it under `name`; width and height are in pixels."""

    width: int
    height: int


@dataclass(frozen=True)
class Returned(Output):
    """The content's own bytes, back from the archive; becomes no output of the job."""


@dataclass(frozen=True)
class Copied:
    """The vault of that name has a verified copy; with `only` the content is to be there alone."""

    vault: str
    only: bool = False


@dataclass(frozen=True)
class Outcome:
    """`result` is JSON for people and conditions, `facts` are recorded on the content."""

    result: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    outputs: tuple[Output, ...] = ()
    copied: Copied | None = None
    usage: Mapping[str, float] = field(default_factory=dict)
    """What was consumed, by the URI of its metric."""
    awaits: float | None = None
    """Seconds in which another is to answer, at the source's `callback`; None: the task is done."""

    @classmethod
    def of(cls, value: object) -> "Outcome":
        """An Outcome of what a task returned.

        None, a mapping (the result), an Output or an Outcome. Raises TaskError for anything else,
        and for what could not be stored.
        """
        if value is None:
            return cls()
        if isinstance(value, Output):
            value = cls(outputs=(value,))
        if isinstance(value, Mapping):
            value = cls(result=value)
        if not isinstance(value, Outcome):
            raise TaskError(f"the task returned a {type(value).__name__}, not an Outcome")
        outputs = _outputs(value.outputs)
        facts = _facts(value.facts)
        usage = _usage(value.usage)
        return cls(_json(value.result), facts, outputs, value.copied, usage, value.awaits)


def _json(result: Mapping[str, Any]) -> dict[str, Any]:
    """`result` as it will be read back: plain lists and dicts, shared with nobody."""
    try:
        plain = json.loads(json.dumps(dict(result), allow_nan=False))
    except (TypeError, ValueError, RecursionError) as fault:
        raise TaskError(f"the task's result cannot be written as JSON: {fault}") from fault
    assert isinstance(plain, dict)
    return plain


def _facts(facts: Mapping[str, str]) -> dict[str, str]:
    for name, value in facts.items():
        if name not in FACTS or not isinstance(value, str):
            raise TaskError(f"the task states {name}={value!r}; facts are texts: {sorted(FACTS)}")
    return dict(facts)


def _usage(usage: Mapping[str, float]) -> dict[str, float]:
    try:
        return {check_own(metric): check_amount(amount) for metric, amount in usage.items()}
    except BadInput as fault:
        raise TaskError(f"the task reports usage of {fault}") from fault


def _outputs(outputs: tuple[Output, ...]) -> tuple[Output, ...]:
    counts = Counter(output.name for output in outputs)
    for output in outputs:
        if counts[output.name] > 1:
            raise TaskError(f"the task returned two outputs called {output.name!r}")
        if output.path.is_symlink() or not output.path.is_file():
            raise TaskError(f"the task returned the output {output.name!r} but wrote no such file")
    return tuple(outputs)
