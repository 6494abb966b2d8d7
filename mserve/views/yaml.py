"""YAML (RFC 9512) that means JSON: mappings by text, sequences, and the scalars of JSON.

Read by the core schema of YAML 1.2 (10.3), in which a date, `on` and `7:30` are texts. What could
make more of a document than is written in it, or says a thing twice, is refused with its line and
column: aliases and anchors, tags, several documents, a key that comes twice.
"""

import re
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

import yaml

from mserve.errors import BadInput
from mserve.views.body import DEPTH, pointer

TYPES = frozenset({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"})
TYPE = "application/yaml"
NULL = re.compile(r"null|Null|NULL|~|")
BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)"
                   r"|\.(nan|NaN|NAN)")  # fmt: skip
BASES = {"0o": 8, "0x": 16}
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class Reading:
    """A document and where each part of it stands, by JSON Pointer: (line, column), from 1."""

    def __init__(self, text: str) -> None:
        """Raises BadInput where `text` is no YAML that is taken here."""
        self.places: dict[str, tuple[int, int]] = {}
        try:
            self._events = yaml.parse(text, Loader=LOADER)
            self.found = self._document()
        except yaml.MarkedYAMLError as fault:
            words = " ".join(filter(None, (fault.context, fault.problem)))
            raise wrong(fault.problem_mark or fault.context_mark, words) from None
        except yaml.YAMLError as fault:
            raise BadInput(f"the body is no YAML: {' '.join(str(fault).split())}") from None

    def line_of(self, place: str) -> tuple[int, int] | None:
        """Where `place` stands, or the nearest above it that is written."""
        while place not in self.places and place:
            place = place.rpartition("/")[0]
        return self.places.get(place)

    def _document(self) -> Any:
        found: Any = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if self.places:
                    raise wrong(event.start_mark, "there is a second document")
                found = self._value(next(self._events), "", 0)
        return found

    def _value(self, event: Any, place: str, depth: int) -> Any:
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise wrong(mark, "aliases and anchors are not taken; write it out")
        if event.tag is not None:
            raise wrong(mark, f"the tag {event.tag:.80} is not taken")
        if depth > DEPTH:
            raise wrong(mark, f"it is nested deeper than {DEPTH} levels")
        self.places[place] = (mark.line + 1, mark.column + 1)
        if isinstance(event, yaml.ScalarEvent):
            return scalar(event) if event.implicit[0] else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            parts = enumerate(self._until(yaml.SequenceEndEvent))
            return [self._value(each, f"{place}/{n}", depth + 1) for n, each in parts]
        return self._mapping(place, depth)

    def _mapping(self, place: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in self._until(yaml.MappingEndEvent):
            key = self._value(event, f"{place}/", depth + 1)
            if not isinstance(key, str):
                raise wrong(event.start_mark, "a key should be a text; put it in quotes")
            if key in found:
                raise wrong(event.start_mark, f"the key {key!r:.80} comes twice")
            found[key] = self._value(next(self._events), place + pointer(key), depth + 1)
        return found

    def _until(self, end: type) -> Iterator[Any]:
        for event in self._events:
            if isinstance(event, end):
                return
            yield event


def scalar(event: Any) -> Any:
    """What a plain scalar means by the core schema; numbers are those of JSON."""
    text: str = event.value
    if NULL.fullmatch(text):
        return None
    if BOOL.fullmatch(text):
        return text.lower() == "true"
    if INT.fullmatch(text) and len(text) < 1000:
        base = BASES.get(text[:2], 10)
        return int(text[2:] if base != 10 else text, base)
    if FLOAT.fullmatch(text):
        number = float(text.replace(".inf", "inf").replace(".nan", "nan"))
        if not isfinite(number):
            raise wrong(event.start_mark, f"{text:.30} is no number in JSON")
        return number
    return text


def wrong(mark: Any, words: str) -> BadInput:
    """The error that tells the place."""
    where = "" if mark is None else f"line {mark.line + 1}, column {mark.column + 1}: "
    return BadInput(f"the body is no YAML that is taken here: {where}{words}")


class Dumper(DUMPER):  # type: ignore[misc]  # a class that is chosen as it runs
    """Writes what YAML 1.1 and 1.2 read alike: texts that are something else to one have quotes."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def text_of(dumper: Any, value: str) -> Any:
    """Half a surrogate pair, which JSON can hold, no file can: it becomes U+FFFD."""
    whole = value.encode("utf-8", "replace").decode()
    style = "|" if "\n" in whole else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", whole, style=style)


Dumper.add_representer(str, text_of)
for kind, pattern in (("int", INT), ("float", FLOAT)):
    anchored = re.compile(rf"(?:{pattern.pattern})$")
    Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", anchored, [*"-+.0123456789"])


def written(document: Mapping[str, Any]) -> str:
    """The document as YAML, in the order that it has."""
    shown = yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=1 << 20)
    return str(shown)
