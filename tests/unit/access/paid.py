"""Has views tell which they are once a use is paid, and not as soon as the permission is given."""

from typing import Any

from tests.unit.access.operations import tell


def includeme(config: Any) -> None:
    config.registry.telling = False
    config.add_view_deriver(tell, name="tell", under="budgets", over="preconditions")
