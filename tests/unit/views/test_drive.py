"""The page of a place's drive offers what the key may do there, the reader's own system first."""

from typing import Any

import pytest

from tests.unit.support import call
from tests.unit.tasks.support import RedisServer

HTML = {"Accept": "text/html"}
AGENTS = {
    "windows": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/130.0",
    "macos": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17 Safari/605.1.15",
    "gnome": "Mozilla/5.0 (X11; Linux x86_64) Chrome/126.0",
}


@pytest.fixture
def lines(lines: dict[str, str], redis: RedisServer) -> dict[str, str]:
    """Guesses of passwords are counted in Redis."""
    return {**lines, "mserve.redis": redis.url}


def drive(app: Any, key: str, place: str = "", **headers: str) -> Any:
    return app.get(f"/k/{key}/{place}-/webdav", headers={**HTML, **headers}).html


def test_the_address_is_there_with_the_key_and_without_it(app: Any, customer: Any) -> None:
    page = drive(app, customer.key)
    assert page.find(id="drive-url")["value"] == "http://localhost/dav/demo/files/"
    assert page.find(id="drive-in-key")["value"] == f"http://localhost/dav/k/{customer.key}/"
    assert page.find(id="drive-key")["value"] == customer.key
    customer.json("POST", "/demo/files/", {"type": "folder", "name": "two words"})
    page = drive(app, customer.key, "two%20words/")
    assert page.find(id="drive-in-key")["value"].endswith(f"/dav/k/{customer.key}/two%20words/")


@pytest.mark.parametrize("system", AGENTS)
def test_the_own_system_comes_first_and_is_open(app: Any, customer: Any, system: str) -> None:
    page = drive(app, customer.key, **{"User-Agent": AGENTS[system]})
    opened = [each for each in page("details", class_="system") if each.has_attr("open")]
    first = page.find("details", class_="system")
    assert opened == [first]
    assert {"windows": "Explorer", "macos": "Finder", "gnome": "GNOME"}[
        system
    ] in first.summary.text
    assert len(page("details", class_="system")) == 8
    hinted = drive(app, customer.key, **{"Sec-CH-UA-Platform": '"Windows"'})
    assert "Explorer" in hinted.find("details", class_="system").summary.text


def test_what_the_key_may_not_do_is_not_offered(app: Any, customer: Any, made: Any) -> None:
    whole, reader = drive(app, customer.key).text, drive(app, made("mfilereadonly").key).text
    assert "rclone sync" in whole and "-T cat.jpg" in whole
    assert "rclone copy mserve: here" in reader and "nothing can be put there" in reader
    assert "rclone sync" not in reader and "-T cat.jpg" not in reader and "-o ro" in reader
    narrowed = made("mfilereadwrite", methods=["GET"])
    assert "does not allow this" in drive(app, narrowed.key).text
    assert customer("GET", "/demo/files/-/webdav").json["may"] == [
        "read",
        "add",
        "change",
        "remove",
    ]
    app.get(f"/k/{made('renditions').key}/-/webdav", headers=HTML, status=403)


def test_a_link_with_a_password_is_told_so(app: Any, made: Any) -> None:
    word = "a spoon for every lamp"
    key = made("mfilereadonly", password=word).key
    page = drive(app, key, **{"Mserve-Password": word})
    assert page.find(id="drive-url") is None
    assert "the one that came with the link" in page.text
    assert key in page.find(id="drive-in-key")["value"]


def test_the_key_of_a_folder_is_told_nothing_of_what_is_above(
    app: Any, customer: Any, made: Any
) -> None:
    customer.json("POST", "/demo/files/", {"type": "folder", "name": "inner"})
    key = made("mfileowner", "/demo/files/inner/").key
    page = drive(app, key, **{"User-Agent": AGENTS["windows"]})
    assert page.find(id="drive-in-key")["value"] == f"http://localhost/dav/k/{key}/"
    assert page.find(id="drive-url") is None and "demo" not in page.find("main").text
    assert len(page("details", class_="system")) == 7
    assert call(app, "PROPFIND", f"/dav/k/{key}/", HTTP_DEPTH="0").status_int == 207
