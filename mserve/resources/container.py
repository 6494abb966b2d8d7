"""Container: groups the services of a provider."""

from collections.abc import Mapping
from typing import Any

from BTrees.OOBTree import OOBTree

from mserve.resources.node import Branch
from mserve.resources.profile import Workflow
from mserve.resources.profiled import Profiled


class Container(Profiled, Branch):
    """Its profiles are what new services of it begin with; `requests` are ServiceRequests by id."""

    type = "container"
    takes_requests = False
    """Whether people may ask for services."""
    requests: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.profiles = OOBTree()

    def own_profiles(self) -> dict[str, Mapping[str, Workflow]]:
        """The workflows of its profiles by name."""
        return {name: profile.workflows for name, profile in self.profiles.items()}
