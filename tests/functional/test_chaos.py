"""Everything is killed, again and again, while files come in: nothing acknowledged is lost.

Thirty times each kill -9 of the web server, a worker, the scheduler, Redis and ZEO, at random
moments, during uploads and jobs. After that every acknowledged upload is there with its digest,
every job ends `done`, and none of their tasks is counted twice.
"""

import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from itertools import count
from typing import Any

import httpx
import psutil
from PIL import Image

from tests.functional.stack import Stack, wait_for
from tests.functional.uploading import check

KILLS = 30  # of each part, and on until so many uploads were acknowledged:
ENOUGH = 150
LONGEST = 600.0  # seconds of killing
PARTS = {  # a word of each one's command line
    "web": "pyramid.scripts.pserve",
    "worker": "worker",
    "scheduler": "scheduler",
    "redis": "redis.sock",
    "zeo": "zeo",
}
UPLOADERS = 6
STEADY = 3.1  # seconds that a part has run before it is killed: then the supervisor's
# back-off, which begins anew after 3 s of steady running, does not grow to long pauses
LONGER = 2.0  # seconds that it runs longer, at most
EARLY = 0.25  # how many are killed again just after that, or while they start
SETTLE = 240.0  # seconds for all jobs to end
TASK = "http://mserve/task"
FAULT = "unexpected fault|a fault that the application did not answer"


class Uploads:
    """Uploads by threads, and what was acknowledged of them: URL of the file → digest, job."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.acknowledged: dict[str, tuple[str, str]] = {}
        self.wrong: list[str] = []
        self.tries = count(1)
        self.tried = 0
        self.over = threading.Event()

    def run(self, number: int) -> None:
        while not self.over.is_set():
            self.tried = mine = next(self.tries)
            name = f"{number}-{mine}.{'jpg' if mine % 3 == 0 else 'bin'}"
            try:
                self.upload(name, picture() if name.endswith("jpg") else other())
            except httpx.HTTPError:
                time.sleep(0.2)
            time.sleep(0.2)

    def upload(self, name: str, body: bytes) -> None:
        answer = httpx.put(f"{self.url}in/{name}", content=body, timeout=30)
        if answer.status_code == 201:
            shown = answer.json()
            assert shown["sha256"] == sha256(body).hexdigest()
            self.acknowledged[shown["url"]] = (shown["sha256"], shown["job"])
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


def process_of(stack: Stack, part: str) -> psutil.Process:
    """The ready file is no help: it is written when all parts answer, which is seldom here."""
    assert stack.process
    parts = psutil.Process(stack.process.pid).children()
    return next(each for each in parts if any(PARTS[part] in word for word in each.cmdline()))


def victim(stack: Stack, part: str) -> psutil.Process:
    """The process to kill: for the workers one that takes tasks, or now and then their pool."""
    found = process_of(stack, part)
    children = found.children() if part == "worker" and random.random() < 0.8 else []
    return random.choice(children or [found])


def answers(stack: Stack, part: str) -> bool:
    """Whether the supervisor has last said so."""
    told = [line for line in stack.console.read_text().splitlines() if f"mserve: {part} " in line]
    return not told or told[-1].endswith("answers again")


def kill_again_and_again(stack: Stack, part: str, killed: list[str], uploads: Uploads) -> None:
    give_up = time.monotonic() + LONGEST
    early = False
    while killed.count(part) < KILLS or len(uploads.acknowledged) < ENOUGH:
        if time.monotonic() > give_up:
            return
        time.sleep(0.1)
        try:
            found = victim(stack, part)
            if early or (answers(stack, part) and time.time() - found.create_time() > STEADY):
                time.sleep(random.uniform(0, LONGER))
                found.kill()
                killed.append(part)
                early = random.random() < EARLY
        except (psutil.Error, StopIteration):  # it is down already, for example with its pool
            pass


def in_threads(*jobs: Callable[[], None]) -> list[threading.Thread]:
    threads = [threading.Thread(target=job, daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    return threads


def all_files(client: httpx.Client, url: str) -> Iterator[dict[str, Any]]:
    page = client.get(url).raise_for_status().json()
    yield from page["items"]
    while page["next"]:
        page = client.get(page["next"]).raise_for_status().json()
        yield from page["items"]


def job_of(client: httpx.Client, url: str) -> dict[str, Any] | None:
    job: dict[str, Any] = client.get(url).raise_for_status().json()
    return job if job["state"] in ("done", "failed", "cancelled") else None


def test_nothing_acknowledged_is_lost_and_no_task_counts_twice(
    make_stack: Callable[..., Stack],
) -> None:
    stack = make_stack(lease="2", heartbeat="0.5", sweep_interval="1").start()
    uploads = Uploads(stack.demo_url)
    killed: list[str] = []
    uploaders = in_threads(*(lambda n=n: uploads.run(n) for n in range(UPLOADERS)))
    killers = in_threads(
        *(lambda part=part: kill_again_and_again(stack, part, killed, uploads) for part in PARTS)
    )
    for thread in killers:
        thread.join()
    uploads.over.set()
    for thread in uploaders:
        thread.join()

    assert not uploads.wrong, f"{uploads.wrong}\n{faults(stack)}"
    assert min(killed.count(part) for part in PARTS) >= KILLS
    assert len(uploads.acknowledged) >= ENOUGH, f"of {uploads.tried} tried"
    with explained(stack), stack.client() as client:
        wait_for(lambda: healthy(client))
        check_content(client, uploads)
        check_jobs(client, uploads)
        check_usage(client, stack.demo_url)


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
    for url, (digest, _) in uploads.acknowledged.items():
        body = client.get(url).raise_for_status().content
        assert sha256(body).hexdigest() == digest, url


def check_jobs(client: httpx.Client, uploads: Uploads) -> None:
    give_up = time.monotonic() + SETTLE
    for url, (_, job_url) in uploads.acknowledged.items():
        job = wait_for(lambda job_url=job_url: job_of(client, job_url), give_up - time.monotonic())
        assert job["state"] == "done", job
        renditions = client.get(f"{url}/-/info").json()["renditions"]
        assert set(renditions) == ({"thumbnail", "poster"} if url.endswith("jpg") else set())


def check_usage(client: httpx.Client, url: str) -> None:
    """The sums, of files whose upload was not acknowledged too, are those of the tree."""
    files = list(all_files(client, f"{url}in/"))
    ended = 0
    for file in files:
        jobs = client.get(f"{file['url']}/-/jobs").json()["items"]
        final = [wait_for(lambda job=job: job_of(client, job["url"])) for job in jobs]
        runs = [task for job in final for each in job["sets"] for task in each["tasks"]]
        ended += sum(run["state"] == "done" for run in runs)
    figures = {each["metric"]: each for each in client.get(f"{url}-/usage").json()["items"]}
    assert figures[TASK]["reports"] == figures[TASK]["total"] == ended
    assert figures["http://mserve/file"]["total"] == len(files)
    assert figures["http://mserve/disc_space"]["total"] == sum(file["size"] for file in files)
    assert figures["http://mserve/disc"]["rate"] == sum(file["size"] for file in files)
