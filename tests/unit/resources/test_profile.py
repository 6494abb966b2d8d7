"""Profiles: their editions, what is a change, and the one that a service uses."""

from typing import Any

import pytest
from ZODB.POSException import ConflictError

from mserve.errors import Conflict
from mserve.resources import defaults
from mserve.resources.container import Container
from mserve.resources.profile import KEPT, Profile, TaskSet, TaskSpec, Workflow
from mserve.resources.service import Service
from mserve.tasks.registry import TaskRegistry
from tests.unit.support import writers


def workflows(retries: int = 2, **arguments: Any) -> dict[str, Workflow]:
    spec = TaskSpec("mime", "mime", arguments, retries=retries)
    return {"ingest": Workflow((TaskSet("", (spec,)),))}


def test_what_is_the_same_is_no_change() -> None:
    profile = Profile(Container(), "p")
    assert profile.change(workflows(a=1, b=2))
    edition = profile.edition
    assert not profile.change(workflows(b=2, a=1))
    assert profile.edition is edition


@pytest.mark.parametrize("other", [True, 1.0, "1"])
def test_what_python_takes_for_the_same_is_a_change(other: Any) -> None:
    profile = Profile(Container(), "p")
    profile.change(workflows(a=1))
    assert profile.change(workflows(a=other))
    assert profile.version == 2


def test_a_profile_without_tasks_has_a_version_as_well() -> None:
    profile = Profile(Container(), "p")
    assert profile.change({})
    assert profile.version == 1


def test_the_oldest_editions_are_let_go() -> None:
    profile = Profile(Container(), "p")
    for number in range(KEPT + 3):
        profile.change(workflows(a=number))
    assert len(profile.former) == KEPT
    assert profile.find_edition(2) is None
    found = [each.version for each in profile.page_editions(None, KEPT + 9)]
    assert found == [*range(KEPT + 3, 2, -1)]


def test_the_usual_profiles_can_be_run() -> None:
    tasks = TaskRegistry.load()
    for name in defaults.profiles():
        for spec in Service().profiles[name].specs():
            assert tasks[spec.task].check(spec.arguments) == []


def test_the_profile_in_use_is_kept() -> None:
    service = Service()
    with pytest.raises(Conflict, match="uses the profile 'default'"):
        service.drop_profile("default")
    assert "default" in service.profiles


@pytest.mark.parametrize("first", [0, 1])
def test_a_profile_is_not_removed_while_it_is_chosen(db: Any, first: int) -> None:
    with writers(db, 2) as pair:
        services = [each.site["demo"]["files"] for each in pair]
        services[0].drop_profile("transcode")
        services[1].profile = "transcode"
        pair[first].commit()
        with pytest.raises(ConflictError):
            pair[1 - first].commit()
