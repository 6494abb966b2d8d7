"""What steps do to objects of former shapes."""

from typing import Any

from mserve.resources.index import Index
from mserve.resources.job import Job
from mserve.resources.profile import Edition, Profile


def spread(old: Index, new: Index) -> Index:
    """`new` with all that is in `old`."""
    for key, value in old.items():
        new[key] = value
    return new


def edit(profile: Profile) -> None:
    """The profile's workflows are those of an Edition."""
    former = taken(profile, "version", "workflows")
    profile.edition = Edition(former["version"], former["workflows"])


def refer(job: Job) -> None:
    """The job refers to the edition that it was planned by, and its runs to that."""
    former = taken(job, "plan", "profile_version")
    version, workflows = former["profile_version"], {job.name: former["plan"]}
    known = job.service.profiles[job.service.profile].edition
    same = known.version == version and known.workflows.get(job.name) == former["plan"]
    job.edition = known if same else Edition(version, workflows)
    for run in job.all_runs():
        taken(run, "spec")


def taken(thing: Any, *names: str) -> dict[str, Any]:
    """The attributes `names`, which `thing` has no more."""
    thing._p_activate()
    thing._p_changed = True
    return {name: vars(thing).pop(name) for name in names}
