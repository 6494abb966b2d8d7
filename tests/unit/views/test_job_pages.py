"""Lists of jobs, of files, folders and services, by state, task, workflow and time; one job."""

from typing import Any

import pytest

from mserve import database
from mserve.resources import job_pages
from mserve.resources.run import JobOutput
from mserve.tasks import attempts, engine
from mserve.tasks.claim import Ended, Failed, Taker
from mserve.tasks.confine import Meter
from mserve.tasks.confined import Spent
from mserve.views.html.advice import OTHERWISE, advice
from tests.unit.views.test_pages import HTML, Person

FILES = "/demo/files"
THUMBNAIL = {"task": "thumbnail"}
WORKFLOWS = {
    "ingest": {"sets": [{"name": "look", "tasks": [{"task": "mime"}, {"task": "checksum"}]},
                        {"name": "more", "on_failure": "continue", "tasks": [THUMBNAIL]}]},
    "sum": {"sets": [{"tasks": [{"task": "checksum"}]}]},
}  # fmt: skip


@pytest.fixture
def boss(admin: Any) -> Any:
    made = admin.json("PUT", f"{FILES}/-/profiles/default", {"workflows": WORKFLOWS})
    assert made.status_int == 200
    return admin


def put(client: Any, path: str) -> str:
    """The id of the job that an upload begins."""
    return str(client("PUT", f"{FILES}/{path}", body=path.encode()).json["job"].rpartition("/")[2])


def listed(client: Any, url: str) -> list[str]:
    """Ids on all pages."""
    found, ahead = [], url
    while ahead:
        answer = client("GET", ahead)
        assert answer.status_int == 200, answer.body
        found += [each["id"] for each in answer.json["items"]]
        ahead = answer.json["next"]
    return found


def fail(db: Any, job: str, place: str = "0-0", error: str = "the image is broken: x") -> None:
    """The task run there fails for good, and has said something."""

    def act(site: Any) -> None:
        run = f"{job}-{place}"
        assert attempts.claim(site, run, 1, Taker("worker 7", 15))
        meter = Meter(spent=Spent(0.5, 1 << 20), log="one\ntwo <b>\nthree\n")
        assert attempts.finish(site, [Ended(run, 1, Failed(error, 1.5, True, meter))]) == [True]
        engine.advance(site, job)

    database.run(db, act)


def test_a_folder_lists_the_jobs_of_all_files_below_it(boss: Any, customer: Any) -> None:
    below = [put(customer, name) for name in ("trip/a", "trip/deep/b")]
    other = put(customer, "c")
    assert listed(customer, f"{FILES}/trip/-/jobs?limit=1") == below[::-1]
    assert listed(customer, f"{FILES}/-/jobs") == [other, *below[::-1]]
    assert customer("GET", f"{FILES}/trip/-/jobs/{below[1]}").json["id"] == below[1]
    assert customer("GET", f"{FILES}/trip/-/jobs/{other}").status_int == 404
    customer.json("PATCH", f"{FILES}/trip/a", {"parent": "demo/files"})
    assert listed(customer, f"{FILES}/trip/-/jobs") == [below[1]], "a job goes along with its file"


def test_a_key_of_the_folder_sees_them_and_no_others(boss: Any, customer: Any, made: Any) -> None:
    inside, _ = put(customer, "trip/a"), put(customer, "b")
    reader = made("mfilereadonly", f"{FILES}/trip/")
    assert listed(reader, f"/k/{reader.key}/-/jobs") == [inside]
    page = Person(customer.app, reader.key).get(f"-/jobs/{inside}")
    assert "Cancel" not in page.html.main.text


def test_a_job_cannot_be_of_a_folder(boss: Any, customer: Any, stored: Any) -> None:
    put(customer, "trip/a")
    before = stored()
    answer = customer.json("POST", f"{FILES}/trip/-/jobs", {"workflow": "sum"})
    assert answer.status_int == 409 and "round" in answer.json["detail"]
    assert stored() == before


def test_filters_narrow_the_list(boss: Any, customer: Any, db: Any) -> None:
    first, second = put(customer, "a"), put(customer, "b")
    third = customer.json("POST", f"{FILES}/a/-/jobs", {"workflow": "sum"}).json["id"]
    customer.json("POST", f"{FILES}/-/jobs/{second}", {"action": "cancel"})
    fail(db, third)
    for query, expected in {
        "state=open": [first], "state=queued": [first], "state=failed": [third],
        "state=cancelled": [second], "state=done": [], "state=running": [],
        "task=thumbnail": [second, first], "task=checksum": [third, second, first],
        "task=nothing": [], "workflow=sum": [third], "workflow=ingest&state=open": [first],
        "since=2020-01-01T00:00:00Z": [third, second, first], "until=2020-01-01T00:00:00Z": [],
        "since=2999-01-01T00:00:00Z": [],
    }.items():  # fmt: skip
        assert listed(customer, f"{FILES}/-/jobs?{query}") == expected, query
        assert listed(customer, f"{FILES}/-/jobs?{query}&limit=1") == expected, query
    moment = customer("GET", f"{FILES}/-/jobs/{second}").json["created"]
    assert listed(customer, f"{FILES}/-/jobs?since={moment}") == [third, second]
    assert listed(customer, f"{FILES}/-/jobs?until={moment}") in ([second, first], [first])


@pytest.mark.parametrize("query", ["state=x", "state=", "since=x", "until=2026-11-27", "limit=0"])
def test_what_cannot_be_asked_for_is_told(customer: Any, query: str) -> None:
    answer = customer("GET", f"{FILES}/-/jobs?{query}")
    assert answer.status_int == 400 and query.partition("=")[0] in answer.json["detail"]


def test_only_so_many_are_looked_at_for_a_page(boss: Any, customer: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(job_pages, "LOOKS", 2)
    jobs = [put(customer, name) for name in "abcde"]
    page = customer("GET", f"{FILES}/-/jobs?state=failed").json
    assert page["items"] == [] and page["next"]
    assert listed(customer, f"{FILES}/-/jobs?state=failed") == []
    assert listed(customer, f"{FILES}/-/jobs?state=open") == jobs[::-1]


def test_the_log_of_one_task_and_its_end(boss: Any, customer: Any, db: Any) -> None:
    job = put(customer, "a")
    fail(db, job)
    url = f"{FILES}/-/jobs/{job}/log"
    whole = customer("GET", url).text
    assert "three" in whole
    assert customer("GET", f"{url}?run=0-0").text == whole
    assert customer("GET", f"{url}?run=0-1").text.strip() == ""
    assert "three" in customer("GET", f"{url}?run=0-0&tail=2").text
    assert "one" not in customer("GET", f"{url}?run=0-0&tail=2").text
    assert customer("GET", f"{url}?run=1-0").status_int == 404
    for tail in ("0", "x", "-1", "1000000"):
        assert customer("GET", f"{url}?tail={tail}").status_int == 400


def test_a_running_task_is_listened_to(
    boss: Any, customer: Any, db: Any, queues: Any, app: Any
) -> None:
    app.app.registry.queues = queues
    job = put(customer, "a")
    run = f"{job}-0-0"
    database.run(db, lambda site: attempts.claim(site, run, 1, Taker("worker 7", 15)))
    url = f"{FILES}/-/jobs/{job}/log"
    assert customer("GET", url).text.strip() == ""
    queues.say(run, "first\nsecond <i>\n")
    for query in ("", "?run=0-0"):
        assert customer("GET", url + query).text == (
            "== mime, attempt 1: running\nfirst\nsecond <i>\n\n"
        )
    assert customer("GET", f"{url}?run=0-1").text.strip() == ""
    page = Person(app, customer.key).get(f"-/jobs/{job}")
    assert page.html.find(id="task-0-0").find("details").has_attr("open")
    assert page.html.find(attrs={"data-said": run}).text == "first\nsecond <i>\n"


@pytest.fixture
def person(app: Any, settings: Any, boss: Any) -> Person:
    return Person(app, (settings.data / "demo.key").read_text().strip())


def test_a_job_is_a_picture_of_its_sets_and_tasks(person: Person, customer: Any, db: Any) -> None:
    job = put(customer, "a")
    fail(db, job)
    page = person.get(f"a/-/jobs/{job}")
    stages = page.html.find("ol", class_="flow").find_all("li", class_="stage")
    assert [[box.find(class_="task").text for box in each.find_all(class_="box")]
            for each in stages] == [["mime", "checksum"], ["thumbnail"]]  # fmt: skip
    box = page.html.find("li", attrs={"data-task": "0-0"})
    assert box["data-state"] == "failed" and box.find(class_="state").text == "failed"
    assert "the image is broken: x" in box.text
    told = page.html.find(id="task-0-0")
    assert "upload a sound one" in told.find(class_="notice").text
    assert "two <b>" in told.find("pre").text and told.find("details").has_attr("open")
    assert page.html.find(id="task-1-0") is None, "nothing is told of what has not begun"


def test_a_list_is_filtered_by_a_form(person: Person, customer: Any, db: Any) -> None:
    failed, other = put(customer, "trip/a"), put(customer, "trip/b")
    fail(db, failed)
    page = person.get("trip/-/jobs")
    assert page.html.find(id="listing")["data-events"].endswith("/trip/-/jobs/events")
    form = next(form for form in page.forms.values() if "state" in form.fields)
    form["state"], form["since"] = "failed", "2020-01-01T00:00"
    shown = form.submit(headers=HTML, status=200)
    assert [each["data-id"] for each in shown.html.find_all(attrs={"data-id": True})] == []
    customer.json("POST", f"{FILES}/-/jobs/{failed}", {"action": "cancel"})
    form["state"] = "cancelled"
    shown = form.submit(headers=HTML, status=200)
    assert [each["data-id"] for each in shown.html.find_all(attrs={"data-id": True})] == [failed]
    assert other in person.get("-/jobs").text


def test_an_output_becomes_a_file_by_a_plain_form(person: Person, customer: Any, db: Any) -> None:
    job = put(customer, "trip/a")
    fail(db, job)

    def give(site: Any) -> None:
        run = site.run(f"{job}-0-0")
        run.outputs = (JobOutput("report.txt", "text/plain", site.ids[run.job.mfile.id].content),)

    database.run(db, give)
    page = person.get(f"trip/a/-/jobs/{job}")
    form = next(form for form in page.forms.values() if "conflict" in form.fields)
    assert form["path"].value == "trip/report.txt"
    made = form.submit(headers=HTML, status=303).follow(headers=HTML)
    assert made.html.h1.text == "report.txt"
    assert made.html.find(class_="flash").p.text == "The file “report.txt” is made of it."
    assert person.get(f"trip/a/-/jobs/{job}").html.find("a", string="its file")
    form.submit(headers=HTML, status=409)
    form["conflict"] = "rename"
    assert form.submit(headers=HTML, status=303).location.endswith("report%20(2).txt")
    put(customer, "other/b")
    walked = person.get(f"trip/a/-/jobs/{job}/outputs/0-0-report.txt/mfile")
    assert walked.html.find(id="path")["value"] == "trip/report.txt"
    for name in ("files", "other"):
        link = walked.html.find(id="walk").parent.find("a", string=name)
        walked = person.app.get(link["href"], headers=HTML)
    form = next(form for form in walked.forms.values() if "conflict" in form.fields)
    assert form["path"].value == "other/report.txt"
    assert form.submit(headers=HTML, status=303).location.endswith("/other/report.txt")


def test_who_may_not_add_is_offered_no_file(
    made: Any, person: Person, customer: Any, db: Any
) -> None:
    job = put(customer, "trip/a")
    fail(db, job)
    reader = Person(person.app, made("mfilereadonly", f"{FILES}/trip/").key)
    page = reader.get(f"a/-/jobs/{job}")
    assert not [form for form in page.forms.values() if "conflict" in form.fields]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("the image is broken: cut", "sound one"), ("the task was stopped", "stopped"),
        ("the task ran out of memory", "memory"), ("something else", str(OTHERWISE)[:20]),
        ("no mail is sent here; mserve.smtp in the ini says how", "setting"),
        ("the service may keep 5 bytes, which are used up", "quota"),
    ],
)  # fmt: skip
def test_errors_say_what_to_do(error: str, words: str) -> None:
    assert words in advice(error)
