"""Databases as former versions made them, kept beside this file, brought up to this one."""

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from webtest import TestApp

from mserve import evolve, indexing, main, steps
from mserve.check import Scope, check
from mserve.resources import defaults
from mserve.resources.profile import Edition, TaskSet, TaskSpec, Workflow
from mserve.resources.round import Errand
from mserve.resources.schedule import Schedule
from mserve.settings import Settings
from mserve.tasks import attempts, engine, rounds
from mserve.tasks.claim import Ended, Finished, Taker
from mserve.tasks.outcome import Outcome
from tests.unit.conftest import Client

FORMER = Path(__file__).parent / "former"
FILES = "/demo/files/in"
WELL = Finished(Outcome(), 0.5)


@pytest.fixture(params=sorted(FORMER.iterdir()), ids=lambda path: path.name.partition(".")[0])
def app(request: Any, lines: dict[str, str], settings: Settings) -> Iterator[TestApp]:
    """Its files are done.txt, due.txt, running.txt, by what became of their first task, and
    trashed.txt; done.txt is of an edition of the profile before the present one."""
    with tarfile.open(request.param) as former:
        former.extractall(settings.data, filter="data")
    evolve.ensure(settings)
    wsgi = main({}, **lines)
    yield TestApp(wsgi)
    wsgi.registry._zodb_databases[""].close()


def job_of(site: Any, name: str) -> Any:
    return site["demo"]["files"]["in"][name].page_jobs(1)[0][1]


def test_what_was_stored_is_there(customer: Client) -> None:
    for name in ("done.txt", "due.txt", "running.txt"):
        assert customer("GET", f"{FILES}/{name}").body == f"bytes of {name}".encode()
    [kept] = customer("GET", "/demo/files/-/trash").json["items"]
    assert customer("POST", kept["url"]).status_int == 200
    assert customer("GET", f"{FILES}/trashed.txt").body == b"bytes of trashed.txt"


def test_jobs_tell_of_the_edition_that_they_run(customer: Client) -> None:
    jobs = {job["url"]: job for job in customer("GET", "/demo/files/-/jobs").json["items"]}
    assert sorted(job["profile_version"] for job in jobs.values()) == [1, 1, 1, 3]
    [done] = (customer("GET", url).json for url, job in jobs.items() if job["state"] == "done")
    states = [[task["state"] for task in each["tasks"]] for each in done["sets"]]
    assert states == [["done"], ["done", "skipped", "skipped"]]


@pytest.mark.parametrize("name", ["due.txt", "running.txt"])
def test_jobs_go_on(see: Any, name: str) -> None:
    def perform(site: Any) -> None:
        for run in job_of(site, name).all_runs():
            attempts.claim(site, run.id, 1, Taker("here", 60.0))
            attempts.finish(site, [Ended(run.id, 1, WELL)])
        engine.advance(site, job_of(site, name).id)

    see(perform), see(perform)
    assert see(lambda site: job_of(site, name).outcome) == "done"
    assert see(lambda site: len([*site.due.items(), *site.running.items()])) == 1


def test_it_can_be_scheduled_and_gone_through(see: Any) -> None:
    sets = (TaskSet("", (TaskSpec("mime", "mime", {}),)),)

    def change(site: Any) -> None:
        service = site["demo"]["files"]
        workflow = Workflow(sets, schedule=Schedule("0 0 * * *", each="file"))
        service.put_profile("default", {"look": workflow})
        rounds.begin(service, Errand("manual", "look"))

    see(change)
    assert see(lambda site: (len([*site.schedules]), len([*site.rounds]))) == (1, 1)
    [id] = see(lambda site: [*site.rounds])
    see(lambda site: rounds.step(id, site))
    assert see(lambda site: site.rounds[id].looked_at) == 3


def test_files_are_found(customer: Client, db: Any, settings: Settings) -> None:
    while indexing.index_batch(db, settings):
        pass
    found = customer("GET", "/demo/files/-/search?q=done").json["items"]
    assert [each["name"] for each in found] == ["done.txt"]


def test_nothing_is_wrong_with_it(db: Any) -> None:
    assert [*check(db, Scope(digests=True))] == []


def test_services_have_the_profiles_of_now(see: Any) -> None:
    def look(site: Any) -> None:
        service = site["demo"]["files"]
        assert [*site["demo"].profiles] == []
        assert [*service.profiles] == ["default", "transcode"]
        played = service.profiles["transcode"].workflows["ingest"]
        assert [each.name for each in played.sets] == ["identify", "derive", "transcode"]
        assert service.profiles["default"].version == 3  # somebody has edited it

    see(look)


def test_a_default_that_nobody_edited_is_that_of_now(see: Any) -> None:
    def unedited(site: Any) -> None:
        service = site["demo"]["files"]
        service.profiles["default"].edition = Edition(1, {"ingest": Workflow()})
        steps.kept_profiles(site)

    see(unedited)
    former = see(lambda site: dict(site["demo"]["files"].profiles["default"].workflows))
    assert former["ingest"] == defaults.profiles()["default"]["ingest"]


def test_what_there_was_is_not_taken_for_made_of_anything(customer: Client) -> None:
    listed = customer("GET", f"{FILES}/", headers={"Accept": "application/json"}).json["items"]
    assert {(each["derived_from"], each["stale"]) for each in listed} == {(None, False)}
    graph = customer("GET", f"{FILES}/done.txt/-/provenance").json
    assert [each["name"] for each in graph["entities"]] == ["done.txt"]
    copied = customer(
        "POST", f"{FILES}/done.txt/-/copy", body=b"{}", content_type="application/json"
    )
    assert copied.status_int == 409  # and not for want of an index
