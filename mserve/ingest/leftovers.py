"""What programs keep for themselves beside people's files, as their service's property says."""

from typing import Any

from mserve.errors import Refused
from mserve.resources.names import is_temporary


def is_processed(service: Any, name: str) -> bool:
    """Whether workflows run by themselves on a file of that name."""
    return not is_temporary(name) or service.property("temporary") == "process"


def check_taken(service: Any, name: str) -> None:
    """Raises Refused where the service takes no file of that name."""
    if is_temporary(name) and service.property("temporary") == "refuse":
        raise Refused(f"{name!r} is a name for what programs keep, which is not taken here")
