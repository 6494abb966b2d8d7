"""A site in use: what pages have to show, made by REST as its people would have."""

import io
import random
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Page, expect

from tests.functional.stack import Stack, wait_for
from tests.functional.test_people import PASSWORD, invited
from tests.unit.tasks.library.films import film
from tests.unit.tasks.library.papers import page_of, pdf

NOTES = "# Notes\n\nBrought by *boat*, **three** pictures:\n\n- harbour\n- sea\n- sky\n"
TOOL = '"""Counts words."""\n\nimport sys\n\nLIMIT = 10  # words\n\nprint(len(sys.argv[1:LIMIT]))\n'
SUBTITLES = "1\n00:00:00,000 --> 00:00:02,000\nAhoy!\n"
MADE = {
    "film.mkv": {"task": "video_proxy"}, "paper.pdf": {"task": "pages"},
    "notes.md": {"task": "text_extract"},
}  # fmt: skip
"""Files of which a page shows what a task has made."""
HARD = 'long & <b>odd<b> name, with "quotes" ' + "and very many words " * 4 + ".txt"


def photo(seed: int = 1, size: tuple[int, int] = (1600, 1200)) -> bytes:
    """A JPEG."""
    small = Image.new("RGB", (16, 12))
    rng = random.Random(seed)
    small.putdata([tuple(rng.randbytes(3)) for _ in range(16 * 12)])
    with io.BytesIO() as file:
        small.resize(size, Image.Resampling.BICUBIC).save(file, "JPEG")
        return file.getvalue()


class World:
    """The container `demo` with a service `files`, filled, a user, and where things are."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.url, self.customer = stack, stack.url, stack.demo_url.rstrip("/")
        self.admin = f"{stack.url}/k/{stack.admin}"
        self.job = self.output = self.user = self.dropbox = self.shared = ""

    def fill(self) -> "World":
        with self.stack.client(self.stack.admin) as http:
            self._put_files(http)
            self._remove_some(http)
            self._plan(http)
            self.dropbox = self._ask(http, "/demo/files/in/-/keys", role="dropbox")["url"]
            self._ask(http, "/demo/files/-/keys", role="mfileowner", label="of the printer")
            reader = {"role": "mfilereadonly", "label": "for Zoe"}
            self.shared = self._ask(http, "/demo/files/trip/sea.jpg/-/keys", **reader)["url"]
            self._make(http)
            jobs = wait_for(lambda: self._ended(http))
            self.job = jobs[0]["url"].removeprefix(self.url)
            self.invitation = invited(self.stack, "anna")
            self.user = http.get("/-/users?q=anna").json()["items"][0]["id"]
        return self

    def _put_files(self, http: httpx.Client) -> None:
        self._ask(http, "/demo/files/", type="folder", name="empty")
        self._ask(http, "/demo/files/", type="folder", name="in")
        for number, name in enumerate(("harbour", "sea", "sky")):
            self._put(http, f"trip/{name}.jpg", photo(number))
        for words in ("# Notes\n", NOTES):
            self._put(http, "trip/notes.md", words.encode())
        self._put(http, "trip/data.json", b'{"places": ["harbour", "sea"], "days": 3}')
        self._put(http, f"trip/{HARD}", b"some words\n")
        self._put(http, "trip/sky.jpg", photo(7))
        self._put(http, "trip/film.mkv", film("matroska"))
        self._put(http, "trip/film.en.srt", SUBTITLES.encode())
        self._put(http, "trip/paper.pdf", pdf(page_of(400, 560, "One"), page_of(400, 560, "Two")))
        self._put(http, "trip/tool.py", TOOL.encode())
        self._put(http, "trip/places.csv", b"place,days\nharbour,1\nsea,2\n")
        told = {"title": "The sea", "tags": ["blue", "wide"], "days": 2}
        http.put("/demo/files/trip/sea.jpg/-/metadata", json=told).raise_for_status()

    def _put(self, http: httpx.Client, path: str, content: bytes) -> None:
        url = httpx.URL(f"{self.url}/demo/files/").copy_with(path=f"/demo/files/{path}")
        http.put(url, content=content).raise_for_status()

    def _make(self, http: httpx.Client) -> None:
        """Waits until what pages show of films and papers is there."""
        for name, task in MADE.items():
            job = self._ask(http, f"/demo/files/trip/{name}/-/jobs?wait=60", **task)
            assert job["state"] == "done", job
            if name == "notes.md":
                self.output = job["url"].removeprefix(self.url) + "/outputs/0-0-text"

    def _remove_some(self, http: httpx.Client) -> None:
        self._put(http, "trip/gone.txt", b"removed by mistake\n")
        http.delete("/demo/files/trip/gone.txt").raise_for_status()

    def _plan(self, http: httpx.Client) -> None:
        """What starts by the clock, and profiles with former versions."""
        schedule = {"cron": "0 3 * * sun", "timezone": "Europe/Berlin", "each": "file"}
        fixity = {"schedule": schedule, "sets": [{"tasks": [{"task": "verify"}]}]}
        for name, workflow in (("default", fixity), ("transcode", {"sets": []})):
            url = f"/demo/files/-/profiles/{name}"
            http.patch(url, json={"workflows": {"fixity": workflow}}).raise_for_status()

    def _ask(self, http: httpx.Client, path: str, **body: Any) -> dict[str, Any]:
        made: dict[str, Any] = http.post(path, json=body).raise_for_status().json()
        return made

    def _ended(self, http: httpx.Client) -> list[dict[str, Any]] | None:
        """The jobs of a photo, once they have ended."""
        jobs: list[dict[str, Any]] = http.get("/demo/files/trip/sea.jpg/-/jobs").json()["items"]
        return jobs if jobs and all(job["ended"] for job in jobs) else None


def log_in(page: Page, world: World) -> None:
    """As the user whom the site has invited, who has chosen a password then."""
    if world.invitation:
        page.goto(f"{world.url}{world.invitation}")
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button").first.click()
        world.invitation = ""
    page.goto(f"{world.url}/-/login")
    page.locator("#name").fill("anna")
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.locator("h1")).to_have_text("anna")


def write(folder: Path) -> list[Path]:
    """Files of a person's own, to be uploaded."""
    (folder / "sea & <b>sky.jpg").write_bytes(photo())
    (folder / "notes.txt").write_text("some notes\n")
    return [folder / "sea & <b>sky.jpg", folder / "notes.txt"]
