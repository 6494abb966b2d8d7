"""Properties of a service: the table of their names, defaults and checks."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mserve.errors import BadInput


class Property(NamedTuple):
    """A property's value where none is set, and what makes a value fit or raises BadInput."""

    default: Any
    check: Callable[[Any], Any]


def whole(least: int, most: int) -> Callable[[Any], int]:
    """A check for a whole number from `least` to `most`."""

    def check(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise BadInput(f"should be a whole number from {least} to {most}")
        return value

    return check


def one_of(*values: str) -> Callable[[Any], str]:
    """A check for one of `values`."""

    def check(value: Any) -> str:
        if value not in values:
            raise BadInput(f"should be one of: {', '.join(values)}")
        return str(value)

    return check


TEMPORARY = ("store", "process", "refuse")

PROPERTIES: Mapping[str, Property] = {
    "versions": Property(5, whole(0, 10_000)),  # former contents kept of each file
    "trash_days": Property(30, whole(0, 36_500)),  # 0: what is removed is gone at once
    "accessspeed": Property(None, whole(1, 1 << 40)),  # bytes per second of each download
    "quota": Property(None, whole(0, 1 << 60)),  # bytes that it may keep
    "temporary": Property(TEMPORARY[0], one_of(*TEMPORARY)),  # what to do with programs' own files
    "temporary_days": Property(None, whole(1, 36_500)),  # when these go into the trash
}


def check_property(name: str, value: Any) -> Any:
    """`value`, if it fits the property; null stands for its default. Raises BadInput."""
    if name not in PROPERTIES:
        raise BadInput(f"is no property; there are: {', '.join(PROPERTIES)}")
    return None if value is None else PROPERTIES[name].check(value)
