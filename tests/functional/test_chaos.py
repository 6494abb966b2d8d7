"""Everything is killed, again and again, while files come in: nothing acknowledged is lost.

Web server, workers, scheduler, Redis and ZEO are killed (-9), and Redis is emptied (FLUSHALL), at
random moments, while files are uploaded into two services, one with priority, and processed by two
workers of each queue. After that every acknowledged upload is there with its digest, every job ends
`done`, the effect of each of their tasks is there once, and usage counts exactly what was recorded.
"""

import math
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import md5, sha256
from io import BytesIO
from itertools import count
from typing import Any

import httpx
from PIL import Image

from mserve.resources.defaults import profiles
from tests.functional.crowd import Crowd
from tests.functional.killing import Killers
from tests.functional.stack import Stack, wait_for
from tests.functional.uploading import check

FILES = 300  # acknowledged, at least
KILLS = 12  # of each part, at least
LONGEST = 360.0  # seconds of killing; where nothing else runs, it takes a third of that
UPLOADERS = 6
SETTLE = 240.0  # seconds for all jobs to end
METRIC = "http://mserve/"
KEPT = 10  # attempts that a run tells of
FAULT = "unexpected fault|a fault that the application did not answer"

Tasks = list[dict[str, Any]]


class Uploads(Crowd):
    """Uploads by threads, and what was acknowledged of them: URL of the file → bytes, job."""

    def __init__(self, urls: list[str]) -> None:
        super().__init__([self.run] * UPLOADERS)
        self.urls = urls
        self.acknowledged: dict[str, tuple[bytes, str]] = {}
        self.wrong: list[str] = []
        self.tries = count(1)

    def run(self, number: int) -> None:
        url = self.urls[number % len(self.urls)]
        while not self.over.is_set():
            mine = next(self.tries)
            name = f"{number}-{mine}.{'jpg' if mine % 3 == 0 else 'bin'}"
            try:
                self.upload(f"{url}in/{name}", picture() if name.endswith("jpg") else other())
            except httpx.HTTPError:
                time.sleep(0.2)
            time.sleep(0.2)

    def upload(self, url: str, body: bytes) -> None:
        answer = httpx.put(url, content=body, timeout=30)
        if answer.status_code == 201:
            shown = answer.json()
            self.acknowledged[shown["url"]] = (body, shown["job"])
        elif answer.status_code == 503:
            time.sleep(0.2)
        else:
            self.wrong.append(f"{answer.status_code} {answer.text}")


def other() -> bytes:
    """Bytes of no known kind: random ones alone are now and then taken for a picture."""
    return b"chaos\0" + random.randbytes(20_000)


def picture() -> bytes:
    """A small JPEG, another one each time."""
    file = BytesIO()
    Image.effect_noise((320, 240), random.uniform(1, 90)).save(file, "JPEG")
    return file.getvalue()


def test_nothing_acknowledged_is_lost_and_nothing_counts_twice(
    make_stack: Callable[..., Stack],
) -> None:
    hurry = {"lease": "2", "heartbeat": "0.5", "sweep_interval": "1"}
    stack = make_stack(workers="normal=2 priority=2", **hurry).start()
    urls = [stack.demo_url, service_with_priority(stack)]
    with Uploads(urls) as uploads:
        killers = Killers(stack, KILLS, lambda: len(uploads.acknowledged) / FILES, LONGEST)
        killed = killers.run()

    assert not uploads.wrong, f"{uploads.wrong}\n{faults(stack)}"
    assert killers.enough, (len(uploads.acknowledged), killed)
    with explained(stack), stack.client() as client:
        wait_for(lambda: healthy(client))
        check_content(client, uploads)
        check_jobs(client, uploads)
        for url in urls:
            check_usage(client, url)


def service_with_priority(stack: Stack) -> str:
    """The URL of a new one, with a customer's key; its tasks wait in the queue `priority`."""
    with stack.client(stack.admin) as admin:
        made = admin.post("/demo/", json={"name": "urgent", "priority": True})
        key = next(each for each in made.json()["keys"] if each["role"] == "servicecustomer")
        return str(key["url"])


def faults(stack: Stack) -> str:
    """What the web server did not expect last, with tracebacks."""
    log = (stack.data / "logs" / "web.log").read_text(errors="replace")
    return "\n\n".join(part[:6000] for part in re.split(FAULT, log)[1:][-3:])


@contextmanager
def explained(stack: Stack) -> Iterator[None]:
    """A failure tells as well what the web server logged, and what of the tree is amiss."""
    try:
        yield
    except Exception as failure:
        failure.add_note(faults(stack))
        failure.add_note(check(stack).stdout)
        raise


def healthy(client: httpx.Client) -> bool:
    try:
        return client.get("/-/health").status_code == 200
    except httpx.HTTPError:
        return False


def check_content(client: httpx.Client, uploads: Uploads) -> None:
    for url, (body, _) in uploads.acknowledged.items():
        assert client.get(url).raise_for_status().content == body, url
        assert client.get(f"{url}/-/info").json()["sha256"] == sha256(body).hexdigest()


def check_jobs(client: httpx.Client, uploads: Uploads) -> None:
    """Each acknowledged upload has one job, which has ended well, each task of it once."""
    give_up = time.monotonic() + SETTLE
    for url, (body, job_url) in uploads.acknowledged.items():
        job = wait_for(lambda job_url=job_url: ended(client, job_url), give_up - time.monotonic())
        assert job["state"] == "done", job
        assert [each["url"] for each in client.get(f"{url}/-/jobs").json()["items"]] == [job["url"]]
        check_effects(client.get(f"{url}/-/info").json(), body, tasks_of(job))


def check_effects(info: dict[str, Any], body: bytes, tasks: Tasks) -> None:
    """What each task was for is there, and comes of one attempt, the last."""
    pictured = {"thumbnail", "poster"} if info["name"].endswith("jpg") else set()
    assert info["md5"] == md5(body).hexdigest()
    assert set(info["renditions"]) == pictured
    states = {task["name"]: task["state"] for task in tasks}
    done = {"mime", "md5"} | ({*pictured, "image_metadata"} if pictured else set())
    assert {name for name, state in states.items() if state == "done"} == done
    usual = profiles()["default"]["ingest"].specs
    assert states.keys() == {spec.name for spec in usual}
    assert {state for name, state in states.items() if name not in done} == {"skipped"}
    for task in tasks:
        well = [each["number"] for each in task["attempts"] if each["error"] is None]
        assert well == ([task["attempt"]] if task["state"] == "done" else []), task
        assert [each["name"] for each in task["outputs"]] == [*pictured & {task["name"]}]


def ended(client: httpx.Client, url: str) -> dict[str, Any] | None:
    job: dict[str, Any] = client.get(url).raise_for_status().json()
    return job if job["state"] in ("done", "failed", "cancelled") else None


def tasks_of(job: dict[str, Any]) -> Tasks:
    return [task for each in job["sets"] for task in each["tasks"]]


def all_files(client: httpx.Client, url: str) -> Iterator[dict[str, Any]]:
    page = client.get(url).raise_for_status().json()
    yield from page["items"]
    while page["next"]:
        page = client.get(page["next"]).raise_for_status().json()
        yield from page["items"]


def check_usage(client: httpx.Client, url: str) -> None:
    """The sums, of files whose upload was not acknowledged too, are those of the tree.

    `task` counts each task once, when it has ended; `jobruntime` each attempt whose end was
    recorded: not one that was lost with its worker, of which nobody knows how long it took.
    """
    files = list(all_files(client, f"{url}in/"))
    jobs = [each for file in files for each in client.get(f"{file['url']}/-/jobs").json()["items"]]
    final = [wait_for(lambda job=job: ended(client, job["url"])) for job in jobs]
    tasks = [task for job in final for task in tasks_of(job)]
    assert all(task["attempt"] <= KEPT for task in tasks), "attempts that are told of no more"
    told = (each["seconds"] for task in tasks for each in task["attempts"])
    seconds = [each for each in told if each is not None]
    found = client.get(f"{url}-/usage").json()["items"]
    figures = {each["metric"].removeprefix(METRIC): each for each in found}
    done = sum(task["state"] == "done" for task in tasks)
    assert figures["task"]["reports"] == figures["task"]["total"] == done
    assert figures["job"]["reports"] == figures["job"]["total"] == len(jobs)
    assert figures["jobruntime"]["reports"] == len(seconds) >= done
    assert figures["jobruntime"]["total"] == math.fsum(seconds)
    assert figures["file"]["total"] == len(files)
    assert figures["disc_space"]["total"] == sum(file["size"] for file in files)
    assert figures["disc"]["rate"] == sum(file["size"] for file in files)
