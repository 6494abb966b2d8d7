"""The people's door: what pages show and to whom, their plain forms, and what guards them."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyramid.i18n import make_localizer
from webtest import Upload

from mserve.views.html import static, words

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)<'
NAMED_SO = "%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E"
SERVICE = "/demo/files/"
ENGLISH = words.Words(make_localizer("en", []))


class Person:
    """Somebody with a browser who opens pages below `/k/<key>/`, without a script."""

    def __init__(self, app: Any, key: str) -> None:
        self.app, self.root = app, f"/k/{key}/"

    def get(self, path: str = "", status: int | str = 200) -> Any:
        return self.app.get(self.root + path, headers=HTML, status=status)

    def follow(self, page: Any, words: str) -> Any:
        return self.app.get(page.html.find("a", string=words)["href"], headers=HTML)

    def submit(self, page: Any, do: str, status: int = 303, **fields: Any) -> Any:
        form = next(f for f in page.forms.values() if f.method == "post" and _does(f, do))
        for name, value in fields.items():
            form[name] = value
        return form.submit(headers=HTML, status=status)


def posts(page: Any) -> list[str]:
    """What the forms of a page do, but for the choice of a language."""
    found = (form["do"].value for form in page.forms.values() if form.method == "post")
    return [do for do in found if do != "language"]


def _does(form: Any, do: str) -> bool:
    return do == "files" if form.enctype == "multipart/form-data" else form["do"].value == do


@pytest.fixture
def person(app: Any, settings: Any, customer: Any) -> Person:
    """The customer of /demo/files/, in whose service are a folder and a file."""
    customer.json("POST", SERVICE, {"type": "folder", "name": "scans"})
    customer("PUT", f"{SERVICE}cat.txt", body=b"a cat", content_type="text/plain")
    return Person(app, (settings.data / "demo.key").read_text().strip())


@pytest.fixture
def reader(app: Any, person: Person, made: Any) -> Person:
    return Person(app, made("mfilereadonly").key)


def job_path(customer: Any) -> str:
    document = customer("GET", f"{SERVICE}cat.txt", headers={"Accept": "application/json"}).json
    jobs = customer("GET", f"{SERVICE}cat.txt/-/jobs", headers={"Accept": "application/json"}).json
    assert document["state"] == "processing"
    return str(jobs["items"][0]["url"].partition(SERVICE)[2])


def test_a_listing_shows_names_sizes_and_states(person: Person) -> None:
    page = person.get()
    row = page.html.find("a", string="cat.txt").find_parent("tr")
    assert row.get_text(" ", strip=True).startswith("cat.txt 5 B text/plain just now processing")
    assert "icon-text.svg" in row.find("img")["src"]
    assert "0 items" in page.html.find("a", string="scans").find_parent("tr").get_text()


def test_every_link_stays_below_the_key_and_static_files_need_none(
    person: Person, customer: Any
) -> None:
    for path in (
        *("", "cat.txt", "scans/", "?view=grid", job_path(customer)),
        *("-/jobs", "-/trash", "-/rounds"),
    ):
        for tag in person.get(path).html.find_all(True):
            for address in filter(None, (tag.get(name) for name in ("href", "src", "action"))):
                place = address.removeprefix("http://localhost")
                ours = (person.root, "/-/static/", "/-/language", "?", "#")
                assert place.startswith(ours), (path, place)
                if place.startswith("/-/static/"):
                    person.app.get(place, status=200)


@pytest.mark.parametrize(
    "path", ["", "cat.txt", "-/jobs", "-/trash", "-/rounds", "missing", "?limit=x"]
)
def test_every_page_has_the_headers_that_keep_scripts_and_strangers_out(
    person: Person, path: str
) -> None:
    answer = person.get(path, status="*")
    policy = answer.headers["Content-Security-Policy"].split("; ")
    ours = "http://localhost/-/static/"
    assert {"default-src 'none'", f"script-src {ours}", f"style-src {ours}"} <= {*policy}
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert not answer.html.find_all("script", src=False) and not answer.html.find_all("style")
    assert not re.search(r"<[^>]+ (style|on\w+)=", answer.text)


def test_what_was_uploaded_keeps_its_own_stricter_policy(person: Person, customer: Any) -> None:
    customer("PUT", f"{SERVICE}x.html", body=b"<script>", content_type="text/html")
    answer = person.get("x.html/-/content")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


SCRIPTS = {"page.js", "upload.js", "jobs.js", "viewer.js"}


def test_hostile_names_and_metadata_are_only_words(person: Person, customer: Any) -> None:
    customer("PUT", SERVICE + NAMED_SO, body=b"x")
    answer = customer.json("PATCH", f"{SERVICE}cat.txt", {"metadata": {HOSTILE: [HOSTILE]}})
    assert answer.status_int == 200
    for path in (
        "",
        "?view=grid",
        "cat.txt",
        "-/jobs",
        NAMED_SO,
    ):
        page = person.get(path).html
        assert not page.find_all("img", onerror=True)
        assert [tag["src"].rpartition("/")[2] for tag in page.find_all("script")] == ["begin.js"]
        named = {tag["content"] for tag in page.find_all("meta", {"name": "script"})}
        assert {address.rpartition("/")[2] for address in named} <= SCRIPTS


def test_each_form_that_changes_something_carries_the_token() -> None:
    folder = Path(static.__file__).parent.parent / "templates"
    forms = [
        (file.name, found)
        for file in folder.glob("*.jinja2")
        for found in re.findall(r'<form[^>]*method="post".*?</form>', file.read_text(), re.S)
    ]
    assert len(forms) > 40
    assert [
        each
        for each in forms
        if not re.search(r"token(_query)?\(|\{\{ begin\(|language_place", each[1])
    ] == []


def test_an_administrator_is_led_to_the_history(admin: Any, app: Any, person: Person) -> None:
    boss = Person(app, admin.key)
    for page in ("", "demo/", "demo/files/", "demo/files/cat.txt"):
        assert "/-/history" in boss.get(page)
    assert "/-/history" not in person.get() and "/-/history" not in person.get("cat.txt")


def test_controls_are_there_only_for_keys_that_allow_them(person: Person, reader: Person) -> None:
    assert posts(reader.get()) == []
    assert posts(reader.get("cat.txt")) == []
    assert "Download" in reader.get("cat.txt")
    assert posts(person.get("cat.txt")) == [
        "rename",
        "remove",
        "run",
    ]


def test_a_key_of_renditions_gets_no_link_to_the_file_itself(
    app: Any, made: Any, person: Person
) -> None:
    assert "/-/content" not in Person(app, made("renditions").key).get("cat.txt")


def test_files_are_uploaded_by_a_plain_form(person: Person, customer: Any) -> None:
    files = [Upload("a.txt", b"1", "text/plain"), Upload("b.txt", b"22", "text/plain")]
    page = person.get("scans/")
    form = page.forms["upload"]
    answer = person.app.post(
        form.action, upload_files=[("file", f.filename, f.content) for f in files], headers=HTML
    )
    assert answer.status_int == 303
    shown = answer.follow(headers=HTML)
    assert "a.txt" in shown and "b.txt" in shown
    assert customer("GET", f"{SERVICE}scans/b.txt").body == b"22"


def test_an_upload_that_clashes_is_told_on_a_page_that_leads_back(person: Person) -> None:
    upload = Upload("cat.txt", b"other", "text/plain")
    answer = person.submit(person.get(), "files", status=409, file=[upload])
    assert "already something called" in answer and answer.html.find("a", href="")


def test_folders_are_made_files_renamed_removed_and_taken_back(person: Person) -> None:
    made = person.submit(person.get(), "folder", name="Märchen & more").follow(headers=HTML)
    assert made.html.find("a", string="Märchen & more")
    renamed = person.submit(person.get("cat.txt"), "rename", name="katze.txt").follow(headers=HTML)
    assert renamed.html.h1.text == "katze.txt"
    listing = person.submit(renamed, "remove").follow(headers=HTML)
    assert not listing.html.find("a", string="katze.txt")
    trash = person.follow(listing, "Trash")
    assert person.submit(trash, "restore").follow(headers=HTML).html.h1.text == "katze.txt"


def test_what_is_in_the_trash_can_be_removed_for_good(person: Person) -> None:
    person.submit(person.get("cat.txt"), "remove")
    empty = person.submit(person.get("-/trash"), "purge").follow(headers=HTML)
    assert "The trash is empty" in empty


def test_a_workflow_is_run_by_a_plain_form(person: Person) -> None:
    page = person.submit(person.get("cat.txt"), "run", workflow="update").follow(headers=HTML)
    assert "started by hand" in page


def test_a_form_from_another_site_does_nothing(person: Person, stored: Any) -> None:
    before = stored()
    headers = {**HTML, "Sec-Fetch-Site": "cross-site"}
    folder: Any = {"params": {"do": "folder", "name": "x"}}
    for body in (folder, {"upload_files": [("file", "x", b"x")]}):
        answer = person.app.post(person.root, headers=headers, status=403, **body)
        assert "another site" in answer
    assert stored() == before


def test_a_form_that_says_nothing_known_is_refused(person: Person, stored: Any) -> None:
    before = stored()
    for body in (b"do=format", b"do=folder", b"do=folder&name=..", b"do=folder&name=%ff", b""):
        kind = "application/x-www-form-urlencoded"
        options = {"content_type": kind, "headers": HTML, "status": "*"}
        assert person.app.post(person.root, body, **options).status_int in (400, 405), body
    assert stored() == before


def test_which_names_are_taken_is_told_before_an_upload(person: Person) -> None:
    fields = [("do", "taken"), ("name", "cat.txt"), ("name", "scans"), ("name", "new")]
    answer = person.app.post(person.root, fields, headers={"Accept": "application/json"})
    assert answer.json == {"taken": {"cat.txt": "mfile", "scans": "folder"}}


def test_it_is_told_of_whole_paths(person: Person, customer: Any) -> None:
    customer("PUT", f"{SERVICE}scans/deep/a.txt", body=b"x")
    paths = ("scans/deep/a.txt", "scans/deep", "scans/deep/b.txt", "cat.txt/x", "no/a.txt", "/")
    fields = [("do", "taken"), *(("name", path) for path in paths)]
    answer = person.app.post(person.root, fields, headers={"Accept": "application/json"})
    assert answer.json == {"taken": {"scans/deep/a.txt": "mfile", "scans/deep": "folder"}}


def test_long_listings_have_pages_that_keep_the_view(person: Person) -> None:
    first = person.get("?limit=1&view=grid")
    assert "1 of 2 shown" in first
    second = person.follow(first, "Next page")
    assert second.html.find("ul", class_="grid").get_text().count("scans") == 1
    assert not second.html.find("a", rel="next") and "First page" in second


def test_a_job_has_a_page_that_says_where_to_ask_on(person: Person, customer: Any) -> None:
    page = person.get(job_path(customer)).html
    job = page.find("article", class_="job")
    assert job["data-job"].endswith(job_path(customer))
    assert [task["data-task"] for task in job.find_all("li", attrs={"data-task": True})] == [
        "0-0", *(f"1-{number}" for number in range(8)),
    ]  # fmt: skip


def test_the_site_is_a_page_to_its_administrator_and_asks_others_for_a_key(
    app: Any, admin: Any, stranger: Any
) -> None:
    assert "1 service" in admin("GET", "/", headers=HTML)
    assert admin("GET", "/demo/", headers=HTML).html.find("a", string="files")
    locked = app.get("/", headers=HTML, status=404)
    assert locked.html.h1.text == "This opens with a key"
    assert locked.html.find("form", id="key")["data-door"] == "http://localhost/k/"
    assert not locked.html.find("input").get("name"), "a key is never sent as a query"


def test_an_administrator_is_told_that_a_service_is_closed(person: Person, admin: Any) -> None:
    admin.json("PATCH", SERVICE, {"end": "2020-01-01T00:00:00Z"})
    assert "the service has ended" in admin("GET", SERVICE, headers=HTML)
    assert person.get(status=403).html.h1.text == "This service is closed"


def test_a_static_file_of_another_version_is_not_there(app: Any) -> None:
    digest = app.app.registry.static_files.digest
    answer = app.get(f"/-/static/{digest}/page.js")
    assert (
        answer.content_type == "text/javascript" and "immutable" in answer.headers["Cache-Control"]
    )
    app.get("/-/static/000000000000/page.js", status=404)
    app.get(f"/-/static/{digest}/nothing.js", status=404)


def test_what_modules_import_and_icons_stand_for_is_there() -> None:
    files = static.StaticFiles(static.FOLDER)
    for name, body in files.items():
        imported = re.findall(r'from "\./([^"]+)"', body.decode()) if name.endswith(".js") else []
        assert {*imported} <= files.keys(), name
    kinds = {words.kind(each) for each in MEDIA} | {"folder", "service", "container"}
    assert {f"icon-{kind}.svg" for kind in kinds} <= files.keys()


def test_all_that_every_page_imports_is_asked_for_together() -> None:
    def imported(name: str) -> set[str]:
        names = set(re.findall(r'from "\./([^"]+)"', (static.FOLDER / name).read_text()))
        return names.union(*map(imported, names))

    begin = (static.FOLDER / "begin.js").read_text().partition("]")[0]
    assert {f"{name}.js" for name in re.findall('"([a-z]+)"', begin)} == imported("page.js")


MEDIA = {
    "image/jpeg": "image", "image/svg+xml": "image", "video/mp4": "video", "audio/mpeg": "audio",
    "text/plain": "text", "text/html": "code", "application/json": "code", "text/x-python": "code",
    "application/pdf": "pdf", "application/zip": "archive", "application/gzip": "archive",
    "application/vnd.oasis.opendocument.text": "paper", "application/octet-stream": "file",
    "": "file",
}  # fmt: skip


@pytest.mark.parametrize(("mimetype", "kind"), MEDIA.items())
def test_media_types_have_icons(mimetype: str, kind: str) -> None:
    assert words.kind(mimetype) == kind


SIZES = {0: "0 B", 999: "999 B", 1023: "1.0 KiB", 1536: "1.5 KiB", 10 << 10: "10 KiB",
         1023 << 10: "1.0 MiB", 23 << 20: "23 MiB", 5 << 70: "5,120 EiB"}  # fmt: skip


@pytest.mark.parametrize(("number", "text"), SIZES.items())
def test_sizes_are_in_binary_units(number: int, text: str) -> None:
    assert ENGLISH.size(number) == text


AGO = {0: "just now", 59: "just now", 60: "1 minute ago", 7199: "1 hour ago", -7199: "in 2 hours",
       86_400 * 30: "30 days ago", 86_400 * 31: "23 Oct 2026"}  # fmt: skip


@pytest.mark.parametrize(("seconds", "text"), AGO.items())
def test_times_are_told_from_now(seconds: int, text: str) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert ENGLISH.ago((now - timedelta(seconds=seconds)).isoformat(), now) == text


DURATIONS = {0.0: "0 ms", 0.0254: "25 ms", 0.0996: "0.10 s", 9.994: "9.99 s", 14.4: "14 s",
             185.0: "3 min 5 s", 9600.0: "2 h 40 min"}  # fmt: skip


@pytest.mark.parametrize(("seconds", "text"), DURATIONS.items())
def test_durations(seconds: float, text: str) -> None:
    assert ENGLISH.duration(seconds) == text


def test_a_page_tells_when_the_key_ends(app: Any, made: Any, person: Person) -> None:
    tomorrow = datetime.now(UTC) + timedelta(hours=25)
    guest = Person(app, made("mfilereadonly", end=tomorrow.isoformat()).key)
    assert "look and download, ends in 1 day" in guest.get().html.find("p", class_="key").text


def test_a_job_is_steered_by_plain_forms(person: Person, customer: Any) -> None:
    path = job_path(customer)
    page = person.get(path)
    assert posts(page) == ["cancel", "again"]
    page = person.submit(page, "cancel").follow(headers=HTML)
    assert page.html.find(class_="state")["data-state"] == "cancelled"
    assert posts(page) == ["retry", "again"]
    page = person.submit(page, "retry").follow(headers=HTML)
    assert "running" in page.html.find(class_="state")["data-state"]
    again = person.submit(page, "again")
    assert again.status_int == 303 and not again.location.endswith(path)
    assert again.follow(headers=HTML).html.find("h1").text == "Job ingest"


def test_who_may_only_look_gets_no_buttons_of_a_job(reader: Person, customer: Any) -> None:
    path = job_path(customer)
    assert posts(reader.get(path)) == []
    body = {"do": "cancel", "action": "cancel"}
    reader.app.post(reader.root + path, params=body, headers=HTML, status=403)


def test_a_round_is_begun_and_cancelled_on_its_page(
    person: Person, reader: Person, admin: Any
) -> None:
    page = person.follow(person.get(), "Rounds")
    assert "No workflow has been run" in page and "Nothing starts by the clock" in page
    answer = person.submit(page, "begin", 400, workflow="ingest", condition="mfile.")
    assert "CEL" in answer
    feed = {"task": "fetch", "arguments": {"url": "https://example.org/feed"}}
    weekly = {"sets": [{"tasks": [feed]}], "schedule": {"cron": "0 3 * * sun"}}
    document = admin("GET", f"{SERVICE}-/profiles/default").json
    document["workflows"]["weekly"] = weekly
    assert admin.json("PUT", f"{SERVICE}-/profiles/default", document).status_int == 200
    page = person.submit(page, "begin", workflow="ingest", condition="mfile.size > 3").follow(
        headers=HTML
    )
    assert "0 of 1 files looked at for mfile.size &gt; 3" in page and "0 3 * * sun (UTC)" in page
    assert posts(reader.get("-/rounds")) == []
    page = person.submit(page, "cancel").follow(headers=HTML)
    assert page.html.find("span", string="cancelled") and "Cancel:" not in page
