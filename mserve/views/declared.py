"""What a view says of itself with @rest, for the OpenAPI document and for 405.

Names of schemas are those of views/schemas.py, names of parameters those of views/parameters.py.
Answers that tell of errors are not declared: views/answers.py has rules.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from inspect import getdoc
from typing import Any

from pyramid.security import NO_PERMISSION_REQUIRED

from mserve.people import OWN

Names = str | tuple[str | None, ...]
Answers = str | Mapping[int, Names | None]


@dataclass(frozen=True)
class Door:
    """What goes in and out.

    takes: schemas of the body, one of them; None among them: it may be left out.
    gives: schema of the answer 200, or a schema (or several, or None: no body) by status.
    query, headers: parameters, beyond the headers of the rules in views/parameters.py.
    errors: statuses beyond those of the rules in views/answers.py.
    """

    takes: Names = ()
    gives: Answers | None = None
    query: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    errors: tuple[int, ...] = ()

    @property
    def bodies(self) -> tuple[str, ...]:
        return tuple(name for name in several(self.takes) if name is not None)

    @property
    def body_needed(self) -> bool:
        return bool(self.bodies) and None not in several(self.takes)

    @property
    def answers(self) -> dict[int, tuple[str, ...]]:
        """Schemas by the statuses of success."""
        found = {200: self.gives} if isinstance(self.gives, str) else (self.gives or {})
        return {
            status: tuple(name for name in several(names or ()) if name is not None)
            for status, names in found.items()
        }


@dataclass(frozen=True, eq=False)
class Declared:
    """One view for one class of context."""

    view: Callable[..., Any]
    context: type
    method: str
    permission: str
    door: Door = field(default_factory=Door)

    @property
    def open(self) -> bool:
        """Whether no key is needed."""
        return bool(self.permission == NO_PERMISSION_REQUIRED)

    @property
    def tagged(self) -> bool:
        """Whether its answer has an entity tag, which a client may know already."""
        return 304 in self.door.answers

    @property
    def words(self) -> tuple[str, str]:
        """Summary and the rest, from the docstring."""
        summary, _, rest = (getdoc(self.view) or "").partition("\n\n")
        return " ".join(summary.split()), rest.strip()

    @property
    def name(self) -> str:
        """`keys_make` for `make` in api/keys.py."""
        return f"{self.view.__module__.rpartition('.')[2]}_{self.view.__name__}"


def several(names: Names) -> tuple[str | None, ...]:
    return (names,) if isinstance(names, str) else names


def open_to_all(declared: Iterable[Declared], context: Any) -> bool:
    """Whether no key is needed to see that `context` is there."""
    return any(isinstance(context, each.context) for each in declared if each.open)


def own_account(declared: Iterable[Declared], context: Any) -> bool:
    """Whether `context` is a place of the own account."""
    return any(isinstance(context, each.context) for each in declared if each.permission == OWN)
