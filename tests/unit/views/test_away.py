"""Content in the archive: each door tells so, a GET has it brought back, and nothing else does."""

import io
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mserve.resources.run import JobOutput
from tests.unit.vaults import Hands, copy_in, with_vaults
from tests.unit.views.test_express import ask

FILES = "/demo/files"
BYTES = b"some bytes"
URL = f"{FILES}/a.txt"


@pytest.fixture
def lines(lines: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    return with_vaults(lines, tmp_path, monkeypatch)


@pytest.fixture
def archived(customer: Any, hands: Hands) -> Any:
    """A file's JSON; its content is in the archive."""
    customer("PUT", URL, body=BYTES)
    hands.work()
    return archive(customer, hands)


def archive(customer: Any, hands: Hands) -> Any:
    assert customer.json("POST", f"{URL}/-/jobs", {"task": "archive"}).status_int == 202
    assert hands.work("archive") == ["archive done"]
    return customer("GET", f"{URL}/-/info").json


def jobs(customer: Any) -> list[Any]:
    """The retrievals of the file."""
    found = customer("GET", f"{URL}/-/jobs").json["items"]
    return [each for each in found if each["name"] == "retrieve"]


def schema_of(app: Any, key: str, name: str) -> Any:
    document = app.get(f"/k/{key}/-/openapi.json").json
    return {"$ref": f"#/components/schemas/{name}", "components": document["components"]}


def test_the_json_tells_where_the_bytes_are(app: Any, customer: Any, archived: Any) -> None:
    assert archived["stored"] == "archived"
    assert archived["copies"]["archive"]["where"].endswith(archived["sha256"])
    assert archived["size"] == len(BYTES)
    jsonschema.validate(archived, schema_of(app, customer.key, "Mfile"))


def test_a_get_has_it_brought_back_once_however_many_ask(
    app: Any, customer: Any, archived: Any, hands: Hands
) -> None:
    first, second = customer("GET", URL), customer("GET", f"{URL}/-/content")
    for answer in (first, second):
        assert answer.status_int == 202, answer.body
        jsonschema.validate(answer.json, schema_of(app, customer.key, "Retrieving"))
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.json["job"] == answer.headers["Location"]
    assert first.json == second.json
    [job] = jobs(customer)
    assert (job["url"], job["trigger"], job["state"]) == (first.json["job"], "access", "queued")
    assert customer("GET", f"{URL}/-/info").json["stored"] == "retrieving"
    assert hands.work() == ["retrieve done"]
    shown = customer("GET", f"{URL}/-/info").json
    assert (shown["stored"], {*shown["copies"]}) == ("here", {"archive"})
    answer = customer("GET", URL)
    assert (answer.status_int, answer.body) == (200, BYTES)


def test_a_head_tells_and_starts_nothing(customer: Any, archived: Any) -> None:
    answer = customer("HEAD", URL)
    assert answer.status_int == 202 and answer.headers["Retry-After"] and not answer.body
    assert jobs(customer) == []


def test_who_has_the_bytes_is_told_so(customer: Any, archived: Any) -> None:
    headers = {"If-None-Match": f'"{archived["sha256"]}"'}
    assert customer("GET", URL, headers=headers).status_int == 304
    assert customer("GET", URL, headers={"If-Match": '"x"'}).status_int == 412
    assert jobs(customer) == []
    assert customer("GET", URL, headers={"Range": "bytes=0-1"}).status_int == 202


def test_a_page_tells_people(customer: Any, archived: Any) -> None:
    assert "in the archive" in customer("GET", URL, headers={"Accept": "text/html"}).text
    answer = customer("GET", f"{URL}/-/content", headers={"Accept": "text/html"})
    assert answer.status_int == 202 and "it comes back by a job" in answer.text


def test_who_may_not_read_brings_nothing_back(made: Any, customer: Any, archived: Any) -> None:
    assert made("renditions")("GET", URL).status_int == 403
    assert jobs(customer) == []
    assert made("mfilereadonly")("GET", URL).status_int == 202
    assert len(jobs(customer)) == 1


def test_the_express_lane_leaves_it_to_pyramid(customer: Any, app: Any, archived: Any) -> None:
    for _ in range(2):
        status, _, body = ask(app.app, "GET", URL, customer.headers)
        assert status.startswith("202"), body
    assert len(jobs(customer)) == 1


def test_a_retrieval_that_failed_is_told_and_tried_again_after_a_while(
    customer: Any, archived: Any, hands: Hands, see: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = see(lambda site: copy_in("archive", site["demo"]["files"]["a.txt"].content))
    copy.rename(copy.with_name("aside"))
    assert customer("GET", URL).status_int == 202
    assert hands.work() == ["retrieve failed"]
    answer = customer("GET", URL)
    assert (answer.status_int, answer.headers["Retry-After"]) == (503, "60")
    assert answer.json["type"] == "urn:mserve:problem:retrieval-failed"
    assert "the archive has no copy of these bytes" in answer.json["detail"]
    assert len(jobs(customer)) == 1
    copy.with_name("aside").rename(copy)
    monkeypatch.setattr("mserve.tasks.retrieval.PAUSE", 0)
    assert customer("GET", URL).status_int == 202
    assert hands.work() == ["retrieve done"]
    assert customer("GET", URL).body == BYTES


def test_who_asks_is_told_of_a_retrieval_by_hand(
    customer: Any, archived: Any, hands: Hands
) -> None:
    job = customer.json("POST", f"{URL}/-/jobs", {"task": "retrieve"}).json["url"]
    assert customer("GET", f"{URL}/-/info").json["stored"] == "retrieving"
    assert customer("GET", URL).json["job"] == job
    assert hands.work() == ["retrieve done"]
    assert customer("GET", URL).body == BYTES


def test_a_cancelled_retrieval_is_started_anew(customer: Any, archived: Any) -> None:
    job = customer("GET", URL).json["job"]
    assert customer.json("POST", job, {"action": "cancel"}).status_int == 200
    assert customer("GET", f"{URL}/-/info").json["stored"] == "archived"
    assert customer("GET", URL).json["job"] != job


def test_a_copy_shares_what_happens_to_the_content(
    customer: Any, archived: Any, hands: Hands
) -> None:
    customer.json("POST", f"{URL}/-/copy", {"name": "b.txt"})
    copied = f"{FILES}/b.txt"
    assert customer("GET", f"{copied}/-/info").json["stored"] == "archived"
    assert customer("GET", copied).json["job"].startswith(f"http://localhost{copied}/")
    other = customer("GET", URL)
    assert (other.status_int, other.json["job"], other.location) == (202, None, None)
    assert hands.work() == ["retrieve done"]
    assert customer("GET", URL).body == customer("GET", copied).body == BYTES


def test_a_copy_gets_its_own_retrieval_when_the_file_of_the_first_was_removed(
    customer: Any, archived: Any, hands: Hands
) -> None:
    customer.json("POST", f"{URL}/-/copy", {"name": "b.txt"})
    assert customer("GET", URL).status_int == 202
    customer("DELETE", URL)
    assert customer("GET", f"{FILES}/b.txt").status_int == 202
    hands.work()
    assert customer("GET", f"{FILES}/b.txt").body == BYTES


def test_a_version_in_the_archive_comes_back(customer: Any, archived: Any, hands: Hands) -> None:
    customer("PUT", URL, body=b"other")
    hands.work()
    version = f"{URL}/-/versions/1"
    assert customer("GET", version, headers={"Accept": "application/json"}).json["stored"] == (
        "archived"
    )
    assert customer("GET", version).status_int == 202
    assert hands.work() == ["retrieve done"]
    assert customer("GET", version).body == BYTES
    assert customer("GET", URL).body == b"other"


def test_a_zip_says_what_is_left_out(customer: Any, archived: Any, hands: Hands) -> None:
    customer("PUT", f"{FILES}/b.txt", body=b"here")
    answer = customer("GET", f"{FILES}/?format=zip")
    found = zipfile.ZipFile(io.BytesIO(answer.body))
    assert found.testzip() is None
    assert found.namelist() == ["a.txt.archived.txt", "b.txt"]
    assert b"a.txt is in the archive" in found.read("a.txt.archived.txt")
    assert jobs(customer) == []


@pytest.mark.parametrize("front", ["nginx", "lighttpd"])
def test_no_front_is_sent_to_what_is_not_there(
    customer: Any, archived: Any, app: Any, front: str
) -> None:
    settings = app.app.registry.mserve
    app.app.registry.mserve = type(settings)(**{**vars(settings), "sendfile": front})
    answer = customer("GET", URL)
    assert answer.status_int == 202
    assert not {"X-Accel-Redirect", "X-Sendfile"} & {*answer.headers}


def test_what_nobody_can_bring_back_is_a_conflict(customer: Any, hands: Hands, see: Any) -> None:
    """An output of a job can be archived too, where it has become a file."""
    customer("PUT", URL, body=BYTES)
    hands.work()

    def share(site: Any) -> str:
        mfile = site["demo"]["files"]["a.txt"]
        job = site.ids[next(mfile.job_ids())]
        run = next(job.all_runs())
        run.outputs = (JobOutput("x", "text/plain", mfile.content),)
        return str(job.id)

    job = see(share)
    archive(customer, hands)
    answer = customer("GET", f"{URL}/-/jobs/{job}/outputs/x")
    assert answer.status_int == 409 and "is in the archive" in answer.json["detail"]
