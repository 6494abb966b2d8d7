"""Profiled: what holds profiles by name: a service, or a container for its new services."""

from collections.abc import Mapping
from typing import Any

from mserve.errors import Conflict
from mserve.resources.profile import Profile, Workflow


class Profiled:
    """A node with `profiles`, a BTree; `profile` is the name of the one in use, if there is one."""

    profile: str | None = None
    profiles: Any
    retired: Mapping[str, int] = {}
    """The last versions of profiles that are gone, so that no version is ever another one."""

    def put_profile(self, name: str, workflows: Mapping[str, Workflow]) -> Profile:
        """Makes or changes the profile `name`; a change is a new version of it."""
        profile: Profile | None = self.profiles.get(name)
        if profile is None:
            profile = Profile(self, name, self.retired.get(name, 0))
            self.profiles[name] = profile
        profile.change(workflows)
        return profile

    def drop_profile(self, name: str) -> None:
        """Removes a profile; raises Conflict where it is in use.

        It writes this node, so that of two transactions, one of which chooses the profile, only
        one commits.
        """
        if name == self.profile:
            raise Conflict(f"the service uses the profile {name!r}; have it use another one first")
        profile = self.profiles.pop(name)
        self.retired = {**self.retired, name: profile.version}
