"""The page of a file and its tabs: previews by what the key may, versions, where it comes from."""

from pathlib import Path
from typing import Any

import pytest

from mserve import database
from mserve.folding import fold
from mserve.resources.run import JobOutput
from mserve.tasks.queue import Queues
from mserve.views.provenance.layout import picture
from tests.unit.tasks.support import RedisServer
from tests.unit.views.test_provenance import Work, made_of

HTML = {"Accept": "text/html"}
FILES = "/demo/files"


def put(customer: Any, name: str, body: bytes = b"bytes", kind: str = "") -> str:
    url = f"{FILES}/{name}"
    more = {"content_type": kind} if kind else {}
    assert customer("PUT", url, body=body, **more).status_int in (200, 201)
    return url


def page(client: Any, url: str, status: int = 200) -> Any:
    answer = client("GET", url, headers=HTML)
    assert answer.status_int == status, answer.text
    return answer


def viewer(client: Any, url: str) -> Any:
    return page(client, url).html.find(id="viewer")


@pytest.fixture
def quiet(admin: Any) -> None:
    """Uploads start nothing."""
    admin.json("PUT", f"{FILES}/-/profiles/default", {"workflows": {}})


def test_text_is_shown_with_its_charset(customer: Any, quiet: None) -> None:
    shown = viewer(customer, put(customer, "a.py", b"x = '<b>'  # \xe9\n"))
    assert [line.text for line in shown.find_all(class_="line")] == ["x = '<b>'  # é"]
    assert shown.find(class_="t-s") and "windows-1252" in shown.text
    assert "This is the beginning" not in shown.text
    long = viewer(customer, put(customer, "long.txt", b"words\n" * 60_000))
    assert "This is the beginning" in long.text


def test_markdown_and_tables_are_shown_as_such(customer: Any, quiet: None) -> None:
    prose = viewer(customer, put(customer, "a.md", b"# Title\n\n*text*\n", "text/markdown"))
    assert prose.h3.text == "Title" and prose.em
    table = viewer(customer, put(customer, "a.csv", b"a,b\n1,<i>\n", "text/csv"))
    assert [cell.text for cell in table.find_all("td")] == ["1", "<i>"]
    assert viewer(customer, put(customer, "b.csv", b"only words\n", "text/csv")).find("pre")


def test_a_picture_is_drawn_as_it_is_if_browsers_can(customer: Any, made: Any, quiet: None) -> None:
    url = put(customer, "a.png", b"png", "image/png")
    assert viewer(customer, url).img["src"].endswith("/a.png/-/content")
    assert viewer(made("renditions"), url).find("img", class_="icon")
    shown = viewer(customer, put(customer, "a.tif", b"tif", "image/tiff"))
    assert "Browsers cannot draw such a file" in shown.text and "Make a picture" in shown.text


def test_what_no_browser_plays_can_be_had_made(customer: Any, made: Any, quiet: None) -> None:
    url = put(customer, "a.mkv", b"film", "video/x-matroska")
    shown = page(customer, url)
    assert "Browsers cannot play this film" in shown and not shown.html.find("video")
    reader = made("mfilereadonly")
    assert "Browsers cannot play" in page(reader, url) and "Make a film" not in page(reader, url)
    form = next(each for each in shown.forms.values() if each.fields.get("kind"))
    assert form.submit(headers={**HTML, **customer.headers}, status=303)
    after = page(customer, url)
    assert "is being made" in after.html.find(id="viewer").text
    job = customer("GET", f"{url}/-/jobs").json["items"][0]
    assert [task["task"] for task in job["sets"][0]["tasks"]] == ["video_proxy"]


def made_output(customer: Any, db: Any, url: str, task: str, *outputs: tuple[str, str]) -> None:
    """A job of that task that has made these."""
    id = customer.json("POST", f"{url}/-/jobs", {"task": task}).json["id"]

    def act(site: Any) -> None:
        job = site.ids[id]
        content = job.mfile.content
        site.run(f"{id}-0-0").outputs = tuple(JobOutput(*each, content) for each in outputs)

    database.run(db, act)


def test_a_proxy_is_played_before_the_file_and_hls_where_it_can_be(
    customer: Any, made: Any, db: Any, quiet: None
) -> None:
    url = put(customer, "a.mp4", b"film", "video/mp4")
    put(customer, "a.de.vtt", b"WEBVTT\n\n", "text/vtt")
    put(customer, "a.srt", b"1\n00:00:01,000 --> 00:00:02,000\nx\n", "application/x-subrip")
    put(customer, "a", b"no subtitles")
    assert "not every browser can play" in viewer(customer, url).text
    ladder = (("master.m3u8", "application/vnd.apple.mpegurl"), ("360p-init.mp4", "video/mp4"))
    made_output(customer, db, url, "hls", *ladder)
    made_output(customer, db, url, "video_proxy", ("proxy", "video/mp4"))
    film = viewer(customer, url).video
    sources = [(each["src"].rpartition("/")[2], each["type"]) for each in film.find_all("source")]
    assert sources == [
        ("0-0-proxy", "video/mp4"), ("0-0-master.m3u8", "application/vnd.apple.mpegurl"),
        ("content", "video/mp4"),
    ]  # fmt: skip
    tracks = [(each["label"], each.get("srclang")) for each in film.find_all("track")]
    assert tracks == [("de", "de"), ("a.srt", None)]
    vtt = customer("GET", film.find_all("track")[1]["src"].removeprefix("http://localhost"))
    assert vtt.content_type == "text/vtt" and "00:00:01.000 --> 00:00:02.000" in vtt.text
    assert customer("GET", f"{url}/-/subtitles").status_int == 409
    renditions = viewer(made("renditions"), url)
    assert len(renditions.video.find_all("source")) == 2 and not renditions.find("track")
    customer("PUT", url, body=b"another film", content_type="video/mp4")
    [source] = viewer(customer, url).find_all("source")
    assert source["src"].endswith("/-/content")


def test_a_pdf_has_its_pages_once_they_were_drawn(customer: Any, db: Any, quiet: None) -> None:
    url = put(customer, "a.pdf", b"pdf", "application/pdf")
    assert "Show its pages" in viewer(customer, url).text
    pages = [(f"page-{n:06}", "image/jpeg") for n in (2, 1, 3)]
    made_output(customer, db, url, "pages", *pages)
    shown = [(each["alt"], each["src"][-3:]) for each in viewer(customer, url).find_all("img")]
    assert shown == [("Page 1", "001"), ("Page 2", "002"), ("Page 3", "003")]


def test_who_may_not_read_sees_no_text(customer: Any, made: Any, quiet: None) -> None:
    url = put(customer, "a.txt", b"secret words")
    for role in ("renditions", "auditor"):
        assert "secret words" not in page(made(role), url)


@pytest.fixture
def lines(lines: dict[str, str], redis: RedisServer) -> dict[str, str]:
    return {**lines, "mserve.redis": redis.url}


def test_a_text_that_is_shown_is_paid_and_counted(
    customer: Any, made: Any, app: Any, db: Any, settings: Any, queues: Queues, quiet: None
) -> None:
    url = put(customer, "a.txt", b"0123456789")
    reader = made("mfilereadonly", bytes_out=25)
    for _ in range(2):
        assert "0123456789" in viewer(reader, url).text
    refused = viewer(reader, url)
    assert "0123456789" not in refused.text and "bytes_out" in refused.text
    app.app.registry.reads.tell()
    fold(db, settings, queues)
    used = customer("GET", f"{url}/-/usage").json["items"]
    access = next(each for each in used if each["metric"].endswith("/access"))
    assert (access["total"], access["reports"]) == (20, 2)


@pytest.fixture
def versioned(customer: Any, quiet: None) -> str:
    for body in (b"one\ntwo\n", b"one\n2 <b>\n", b"one\n2 <b>\nthree\n"):
        url = put(customer, "a.txt", body)
    return f"{url}/-/versions"


def test_versions_are_listed_with_who_made_them(
    customer: Any, admin: Any, made: Any, versioned: str
) -> None:
    rows = page(admin, versioned).html.find("table", class_="versions").tbody.find_all("tr")
    assert [row.th.text.split()[0] for row in rows] == ["3", "2", "1"]
    assert all("key:" in row.text for row in rows)
    assert "key:" not in page(customer, versioned).html.find("main").text
    reader = page(made("mfilereadonly"), versioned)
    assert "Download" in reader and "Restore" not in reader.html.find("main").text
    assert "Download" not in page(made("auditor"), versioned)


def test_a_version_is_restored_and_that_is_undone(customer: Any, versioned: str) -> None:
    def press(answer: Any, words: str) -> Any:
        form = next(f for f in answer.forms.values() if words in f.text)
        sent = form.submit(headers={**HTML, **customer.headers}, status=303)
        return page(customer, sent.location.removeprefix("http://localhost"))

    file = versioned.removesuffix("/-/versions")
    after = press(page(customer, versioned), "Restore version 1")
    assert "Version 1 is the content again" in after
    assert customer("GET", file).body == b"one\ntwo\n"
    press(after, "Undo")
    assert customer("GET", file).body == b"one\n2 <b>\nthree\n"


def test_two_texts_are_compared_line_by_line(customer: Any, made: Any, versioned: str) -> None:
    shown = page(customer, f"{versioned}?old=1&new=3").html.find(class_="lines-of")
    lines = [(row["class"][0], row.find_all("td")[2].text) for row in shown.find_all("tr")[1:]]
    assert lines == [
        ("kept", " one"), ("gone", "−two"), ("added", "+2 <b>"), ("added", "+three"),
    ]  # fmt: skip
    assert not page(made("auditor"), f"{versioned}?old=1&new=3").html.find(class_="lines-of")
    assert page(made("auditor"), f"{versioned}?old=1&new=3").html.find(class_="facts-of")
    for query in ("old=1&new=1", "old=1&new=9", "old=x&new=1", "old=1&new=-1"):
        page(customer, f"{versioned}?{query}", 400)


def test_pictures_stand_side_by_side_and_others_have_facts(customer: Any, quiet: None) -> None:
    for body in (b"1", b"2"):
        picture = put(customer, "a.png", body, "image/png")
        other = put(customer, "a.bin", body)
        large = put(customer, "large.txt", body * 300_000)
    sides = page(customer, f"{picture}/-/versions?old=1&new=2").html.find(id="sides")
    sources = [each["src"].rpartition("/-/")[2] for each in sides.find_all("img")]
    assert sources == ["versions/1", "content"]
    shown = page(customer, f"{other}/-/versions?old=1&new=2").html
    assert shown.find(class_="facts-of") and not shown.find(id="sides")
    assert "more than 256 KiB" in page(customer, f"{large}/-/versions?old=1&new=2")
    put(customer, "a.bin", b"1")
    assert "the same bytes" in page(customer, f"{other}/-/versions?old=1&new=3")


def test_where_a_file_comes_from_is_a_picture_and_a_list(
    admin: Any, customer: Any, made: Any, db: Any, quiet: None
) -> None:
    source = put(customer, "in/a.txt", b"source")
    empty = page(customer, f"{source}/-/provenance")
    assert "nothing was made of it yet" in empty and not empty.html.find("svg")
    output = made_of(customer, source, Work(db), b"made of it")
    where = {"path": "demo/files/made & more.txt"}
    assert admin.json("POST", f"{output}/mfile", where).status_int == 201
    for place in (source, f"{FILES}/made%20&%20more.txt"):
        shown = page(customer, f"{place}/-/provenance").html
        names = {each.text for each in shown.svg.find_all("text")}
        assert {"a.txt", "checksum", "made & more.txt"} <= names
        assert len(shown.svg.find_all("path")) >= 2
        step = shown.find(class_="steps").li
        assert "checksum" in step.text and "a.txt" in step.text and "made & more.txt" in step.text
    alone = made("mfilereadonly", node=f"{FILES}/made%20&%20more.txt")
    hidden = page(alone, f"{FILES}/made%20&%20more.txt/-/provenance")
    assert "a.txt" not in hidden.html.find("main").text
    assert "1 file that you may not see" in hidden


def entity(id: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "type": "mfile", "name": id, "url": f"/{id}", "stale": False,
            "complete": True, "provenance": None, **more}  # fmt: skip


def run(id: str, used: list[str], generated: list[str]) -> dict[str, Any]:
    return {"id": id, "task": id, "job": None, "used": used, "generated": generated}


def test_what_comes_of_something_stands_to_its_right() -> None:
    graph = {
        "entity": "b",
        "entities": [entity(each) for each in "abc"],
        "activities": [run("two", ["b", "a"], ["c"]), run("one", ["a"], ["b"])],
    }
    drawn = picture(graph)
    assert drawn is not None
    at = {box.id: box.x for box in drawn.boxes}
    assert at["a"] < at["one"] < at["b"] < at["two"] < at["c"]
    assert [box.id for box in drawn.boxes if box.here] == ["b"] and len(drawn.lines) == 5
    places = {(box.x, box.y) for box in drawn.boxes}
    assert len(places) == 5 and max(x for x, _ in places) < drawn.width


def test_many_outputs_share_a_box_and_loops_are_drawn() -> None:
    outputs = [entity(f"o{n}", type="output") for n in range(30)]
    names = [each["id"] for each in outputs]
    graph = {"entity": "a", "entities": [entity("a"), *outputs],
             "activities": [run("r", ["a"], [*names, "a"]), run("s", ["o0"], ["a"])]}  # fmt: skip
    drawn = picture(graph)
    assert drawn is not None and len(drawn.boxes) == 8
    assert [box.title for box in drawn.boxes if box.kind == "more"] == ["+ 26"]
    assert picture({"entity": "a", "entities": [entity("a")], "activities": []}) is None
    wide = [run(f"r{n}", ["a"], []) for n in range(100)]
    assert picture({"entity": "a", "entities": [entity("a")], "activities": wide}) is None


def test_styles_and_scripts_of_a_page_are_there(customer: Any, app: Any, quiet: None) -> None:
    url = put(customer, "a.txt", b"x")
    for place in (url, f"{url}/-/versions", f"{url}/-/metadata", f"{url}/-/provenance"):
        shown = page(customer, place).html
        scripts = shown.head.find_all("meta", {"name": "script"})
        for tag in (*scripts, *shown.head.find_all(["link", "script"])):
            address = tag.get("href") or tag.get("src") or tag["content"]
            assert Path(address).suffix in (".css", ".js", ".svg")
            app.get(address, status=200)
