"""A web service that answers later: its call-back ends the task, if it is signed, in time, once."""

import base64
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import pytest

from mserve import database
from mserve.tasks import attempts
from mserve.tasks.library import signature
from tests.unit.support import form
from tests.unit.tasks.library.web import SECRET, Handler, Web
from tests.unit.vaults import Hands

URL = "/demo/files/a.txt"
HOME = "http://localhost"
JSON = "application/json"


@pytest.fixture
def lines(lines: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    path = tmp_path / "secrets.ini"
    path.write_text(f"[ocr]\nsecret = {SECRET}\nhosts = 127.0.0.1\n")
    path.chmod(0o600)
    monkeypatch.setenv("MSERVE_OUTSIDE_ALLOW", "127.0.0.1")
    monkeypatch.setenv("MSERVE_SECRETS", str(path))
    return {**lines, "mserve.url": HOME, "mserve.secrets": str(path)}


class Service:
    """A web service that has been asked, and what it does later."""

    def __init__(self, app: Any, customer: Any, job: str, place: str) -> None:
        self.app, self.customer, self.job, self.place = app, customer, job, place

    def call_back(self, body: bytes = b"{}", kind: str = JSON, **changes: str) -> Any:
        """Its answer; `changes` are of headers, which are signed before."""
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        said = {"Content-Digest": f"sha-256=:{digest}:", "Content-Type": kind}
        signed = signature.signed(said["Content-Digest"].encode(), SECRET)
        headers = {**said, **signed, **{n.replace("_", "-"): v for n, v in changes.items()}}
        return self.app.post(self.place, body, headers=headers, expect_errors=True)

    @property
    def task(self) -> Any:
        return self.customer("GET", self.job).json["sets"][0]["tasks"][0]

    @property
    def state(self) -> tuple[str, str]:
        return self.customer("GET", self.job).json["state"], self.task["state"]


@pytest.fixture
def ask(app: Any, customer: Any, hands: Hands, web: Web) -> Any:
    """ask(): a service that has been sent the file, and has said 202."""
    customer("PUT", URL, body=b"bytes")
    hands.work()

    def begin(**arguments: Any) -> Service:
        url = web("/ocr", lambda handler: handler.answer(202))
        arguments = {"url": url, "secret_name": "ocr", "wait": 60, **arguments}
        task = {"task": "web_service", "arguments": arguments}
        job = customer.json("POST", f"{URL}/-/jobs", task).json["url"]
        hands.work()
        place = web.asked[-1].headers["mserve-callback"].removeprefix(HOME)
        return Service(app, customer, job, place)

    return begin


def test_the_run_waits_and_the_answer_ends_it(
    ask: Any, admin: Any, customer: Any, see: Any
) -> None:
    service = ask()
    assert service.state == ("running", "awaiting")
    assert service.call_back(b'{"text": "hello"}').status_int == 204
    assert service.state == ("done", "done")
    assert service.task["result"] == {"text": "hello"}
    done = [each["action"] for each in admin("GET", f"{URL}/-/audit").json["items"]]
    assert sorted(done) == ["create", "job-answer", "job-start", "key-make", "key-revoke"]
    assert customer("GET", f"{URL}/-/keys").json["items"] == []
    used = see(lambda s: s["demo"]["files"]["a.txt"].usage.get("http://mserve/task").reports)
    assert used == 3  # mime, md5, and this


def test_the_bytes_can_be_read_until_then(ask: Any, web: Web, app: Any) -> None:
    service = ask(send="url")
    told = json.loads(web.asked[-1].body)
    assert told["callback"] == f"{HOME}{service.place}"
    place = told["url"].removeprefix(HOME)
    assert app.get(place).body == b"bytes"
    service.call_back()
    assert app.get(place, expect_errors=True).status_int == 404


def test_bytes_become_an_output(ask: Any, customer: Any) -> None:
    service = ask()
    disposition = 'attachment; filename="text.pdf"'
    answer = service.call_back(b"%PDF", "application/pdf", Content_Disposition=disposition)
    assert answer.status_int == 204
    [output] = service.task["outputs"]
    assert (output["name"], output["mimetype"]) == ("text.pdf", "application/pdf")
    assert customer("GET", output["url"]).body == b"%PDF"


def test_bytes_become_a_file_where_the_workflow_says_so(
    ask: Any, admin: Any, customer: Any, hands: Hands, web: Web, app: Any
) -> None:
    url = web("/ocr", lambda handler: handler.answer(202))
    arguments = {"url": url, "secret_name": "ocr", "wait": 60}
    task = {"task": "web_service", "arguments": arguments, "mfile": "texts/{stem}.pdf"}
    workflows = {"ocr": {"sets": [{"tasks": [task]}]}}
    admin.json("PUT", "/demo/files/-/profiles/default", {"workflows": workflows})
    customer("PUT", URL, body=b"bytes")
    job = customer.json("POST", f"{URL}/-/jobs", {"workflow": "ocr"}).json["url"]
    hands.work()
    place = web.asked[-1].headers["mserve-callback"].removeprefix(HOME)
    assert (
        Service(app, customer, job, place).call_back(b"%PDF", "application/pdf").status_int == 204
    )
    assert customer("GET", "/demo/files/texts/a.pdf").body == b"%PDF"


def test_a_form_has_several(ask: Any, customer: Any) -> None:
    service = ask()
    body = form(("a.txt", b"one"), ("b.txt", b"two"))
    result = form(("result.json", b'{"pages": 2}'), kind=JSON)
    body = body.removesuffix(b"--XX--\r\n") + result
    assert service.call_back(body, "multipart/form-data; boundary=XX").status_int == 204
    assert service.task["result"] == {"pages": 2}
    assert {each["name"] for each in service.task["outputs"]} == {"a.txt", "b.txt"}


def test_a_problem_fails_the_task(ask: Any) -> None:
    service = ask()
    body = json.dumps({"title": "Oh", "detail": "the page is empty"}).encode()
    assert service.call_back(body, "application/problem+json").status_int == 204
    assert service.state == ("failed", "failed")
    assert service.task["error"] == "the page is empty"


def test_what_is_not_signed_by_the_secret_is_refused(ask: Any) -> None:
    service = ask()
    old = str(int(time.time()) - 301)
    for changes, words in (
        ({"webhook_signature": "v1,AAAA"}, "webhook-signature is not that of the message"),
        ({"webhook_signature": ""}, "webhook-signature is not that of the message"),
        ({"webhook_id": "another"}, "webhook-signature is not that of the message"),
        ({"webhook_timestamp": old}, "not of the last 5 minutes"),
        ({"webhook_timestamp": "soon"}, "not of the last 5 minutes"),
        ({"Content_Digest": "md5=:AAAA:"}, "Content-Digest with sha-256 is missing"),
    ):
        answer = service.call_back(**changes)
        assert (answer.status_int, words in answer.json["detail"]) == (403, True), answer.json
    assert service.state == ("running", "awaiting")
    assert service.call_back().status_int == 204


def test_other_bytes_than_were_signed_are_refused(ask: Any) -> None:
    service = ask()
    digest = base64.b64encode(hashlib.sha256(b"{}").digest()).decode()
    signed = signature.signed(f"sha-256=:{digest}:".encode(), SECRET)
    headers = {**signed, "Content-Digest": f"sha-256=:{digest}:", "Content-Type": JSON}
    answer = service.app.post(service.place, b'{"x": 1}', headers=headers, expect_errors=True)
    assert answer.status_int == 400
    assert answer.json["type"] == "urn:mserve:problem:digest-mismatch"
    assert service.state == ("running", "awaiting")


@pytest.mark.parametrize(
    ("body", "kind", "status", "words"),
    [
        (b"{", JSON, 400, "the JSON of the answer is broken"),
        (b'{"x": NaN}', JSON, 400, "NaN is no number of JSON"),
        (b'"' + bytes(1 << 20) + b'"', JSON, 413, "bytes of JSON"),
        (bytes(2_000_001), "image/png", 413, "at most 2000000 bytes"),
        (form(("a", b"1"), ("a", b"2")), "multipart/form-data; boundary=XX", 400, "same name"),
        (form(("a/b", b"1")), "multipart/form-data; boundary=XX", 400, "hold '/'"),
    ],
)
def test_what_cannot_be_used_is_told_and_can_be_sent_again(
    ask: Any, stored: Any, body: bytes, kind: str, status: int, words: str
) -> None:
    service = ask(most=2_000_000)
    before = stored()
    answer = service.call_back(body, kind)
    assert (answer.status_int, words in answer.json["detail"]) == (status, True), answer.json
    assert service.state == ("running", "awaiting")
    assert stored() == before
    assert service.call_back().status_int == 204


def test_an_answer_comes_once(ask: Any, customer: Any, see: Any) -> None:
    service = ask()
    below = service.place.split("/-/", 1)[1]
    service.call_back(b'{"n": 1}')
    assert service.call_back(b'{"n": 2}').status_int == 404  # its key is gone
    service.place = f"{URL}/-/{below}"
    service.app.authorization = ("Bearer", customer.key)
    again = service.call_back(b'{"n": 2}')
    assert again.status_int == 409 and "no answer is waited for" in again.json["detail"]
    assert service.task["result"] == {"n": 1}


def test_an_answer_that_comes_before_the_request_has_ended_is_to_come_again(
    app: Any, customer: Any, hands: Hands, web: Web
) -> None:
    customer("PUT", URL, body=b"bytes")
    hands.work()
    seen: list[Any] = []

    def serve(handler: Handler) -> None:
        place = handler.headers["Mserve-Callback"].removeprefix(HOME)
        seen.append(Service(app, customer, "", place))
        seen.append(seen[0].call_back())
        handler.answer(202)

    arguments = {"url": web("/", serve), "secret_name": "ocr", "wait": 60}
    task = {"task": "web_service", "arguments": arguments}
    customer.json("POST", f"{URL}/-/jobs", task)
    hands.work()
    service, early = seen
    assert early.status_int == 423 and "please send it again" in early.json["detail"]
    assert service.call_back().status_int == 204


def test_who_does_not_answer_in_time_fails(ask: Any, db: Any, see: Any) -> None:
    service = ask(wait=1)
    ids = see(lambda site: [(id, each) for id, each in site.running.items()])
    [(run, (attempt, _, until))] = ids
    assert until - time.time() * 1e6 < 1e6
    place = service.place
    assert database.run(db, lambda site: attempts.requeue(site, run, attempt))
    assert service.task["attempts"][-1]["error"] == "no answer came in time"
    assert service.task["state"] == "queued"  # it is tried again, as often as its spec says
    assert service.app.post(place, b"{}", expect_errors=True).status_int == 404
    assert see(lambda site: [*site.running.items()]) == []


def test_a_cancelled_job_awaits_nothing(ask: Any, customer: Any) -> None:
    service = ask()
    assert customer.json("POST", service.job, {"action": "cancel"}).status_int == 200
    assert service.call_back().status_int == 404
    assert service.state == ("cancelled", "cancelled")


def test_a_service_may_answer_at_once_all_the_same(
    customer: Any, hands: Hands, web: Web, ask: Any
) -> None:
    web("/now", lambda handler: handler.answer(200, b'{"x": 1}', Content_Type=JSON))
    arguments = {"url": f"{web.url}/now", "secret_name": "ocr", "wait": 60}
    task = {"task": "web_service", "arguments": arguments}
    job = customer.json("POST", f"{URL}/-/jobs", task).json["url"]
    assert hands.work() == ["web_service done"]
    assert customer("GET", job).json["sets"][0]["tasks"][0]["result"] == {"x": 1}


def test_a_call_back_has_to_be_signed(customer: Any, hands: Hands, web: Web, ask: Any) -> None:
    arguments = {"url": f"{web.url}/ocr", "wait": 60}
    task = {"task": "web_service", "arguments": arguments}
    job = customer.json("POST", f"{URL}/-/jobs", task).json["url"]
    assert hands.work() == ["web_service failed"]
    error = customer("GET", job).json["sets"][0]["tasks"][0]["error"]
    assert error == "a call-back has to be signed: name a secret as secret_name"


def test_places_that_no_attempt_has_are_not_there(ask: Any, customer: Any) -> None:
    service = ask()
    place = service.place.rpartition("/")[0]
    for name in ("0-0-2", "0-0", "0--1-1", "1-0-1", "0-0-x", "", "00-0-1", "0-0-%D9%A3"):
        answer = service.app.post(f"{place}/{name}", b"{}", expect_errors=True)
        assert answer.status_int in (404, 409), name
