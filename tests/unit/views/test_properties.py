"""Containers and services are made, changed, ended and removed on pages, without a script."""

import re
from typing import Any

import pytest

HTML = {"Accept": "text/html"}
SERVICE, CONTAINER = "/demo/files/", "/demo/"


class Provider:
    """Who administers with forms, as a browser sends them."""

    def __init__(self, client: Any) -> None:
        self.client, self.app = client, client.app
        self.headers = {**client.headers, **HTML}

    def page(self, path: str, status: int = 200) -> Any:
        return self.app.get(path, headers=self.headers, status=status)

    def post(self, where: str, status: int = 303, /, **fields: str) -> Any:
        answer = self.app.post(where, fields, headers=self.headers, expect_errors=True)
        assert answer.status_int == status, answer.html.main.get_text(" ", strip=True)[:800]
        return answer

    def save(self, path: str, do: str = "save", status: int = 303, **fields: str) -> Any:
        """Sends the form of the page of properties with other fields."""
        tag = self.page(f"{path}-/properties").html.find("input", {"name": "tag"})["value"]
        return self.post(f"{path}-/properties", status, **{"do": do, "tag": tag, **fields})

    def json(self, path: str) -> Any:
        return self.client("GET", f"{path}-/info", headers={"Accept": "application/json"}).json


@pytest.fixture
def provider(admin: Any) -> Provider:
    return Provider(admin)


def test_a_container_and_a_service_are_made_and_their_keys_shown_once(provider: Provider) -> None:
    assert provider.page("/").html.find("button", value="container")
    page = provider.post("/", 200, do="container", name="acme", title="Acme & Co", description="")
    assert "administer the container" in page.html.text
    link = page.html.find(id="link-1")["value"]
    assert provider.app.get(link, headers=HTML).html.h1.text == "Acme & Co"
    page = provider.post(
        "/acme/", 200, do="service", name="media", title="Films", profile="transcode",
        start="2027-01-01T00:00", end="", zone="Europe/Berlin", description="of all kinds",
    )  # fmt: skip
    assert [len(each["value"]) for each in page.html("input", id=re.compile("secret"))] == [43, 43]
    made = provider.json("/acme/media/")
    assert (made["profile"], made["start"]) == ("transcode", "2026-12-31T23:00:00.000000Z")
    assert made["metadata"] == {"title": "Films", "description": "of all kinds"}
    assert "Films" in provider.page("/acme/").html.find("a", string="media").find_parent("tr").text


@pytest.mark.parametrize(
    ("fields", "place", "words"),
    [
        ({"name": "a/b"}, "new-name", "/"),
        ({"end": "tomorrow"}, "new-end", "should be date and time"),
        ({"profile": "nothing"}, "new-profile", "default, transcode"),
    ],
)
def test_what_cannot_be_made_is_told_beside_its_field(
    provider: Provider, stored: Any, fields: dict[str, str], place: str, words: str
) -> None:
    before = stored()
    sent = {"name": "media", "title": "My title", "profile": "default", "start": "", "end": ""}
    page = provider.post(CONTAINER, 400, do="service", **{**sent, **fields})
    assert words in page.html.find(id=f"{place}-wrong").text
    assert page.html.find(id="new-title")["value"] == "My title"
    assert stored() == before


def test_a_name_that_is_taken_is_told_and_nothing_typed_is_lost(provider: Provider) -> None:
    page = provider.post(CONTAINER, 409, do="service", name="files", title="T", profile="default")
    assert "files" in page.html.find(role="alert").text
    assert page.html.find(id="new-title")["value"] == "T"


def test_who_may_not_make_is_not_offered_it(app: Any, customer: Any, made: Any, admin: Any) -> None:
    answer = admin.json("POST", "/demo/-/keys", {"role": "serviceadmin"})
    other = Provider(type(admin)(app, answer.json["key"]))
    assert other.page(CONTAINER).html.find("button", value="service") is None
    other.post(CONTAINER, 403, do="service", name="x", profile="default")


def test_properties_are_set_and_only_what_was_changed(provider: Provider) -> None:
    provider.client.json("PATCH", SERVICE, {"start": "2026-01-01T00:00:00.123456Z"})
    provider.save(
        SERVICE, name="films", title="Films", description="", zone="UTC", shown_zone="UTC",
        start="2026-01-01T00:00:00", end="2100-01-01T00:00", priority="yes", profile="transcode",
        accessspeed="10 MiB", versions="0", trash_days="", temporary="process", temporary_days="3",
    )  # fmt: skip
    now = provider.json("/demo/films/")
    assert now["start"] == "2026-01-01T00:00:00.123456Z", "it was not touched"
    assert now["end"] == "2100-01-01T00:00:00.000000Z"
    assert (now["priority"], now["profile"]) == (True, "transcode")
    properties = now["properties"]
    assert (properties["accessspeed"], properties["versions"]) == (10 << 20, 0)
    assert (properties["trash_days"], properties["temporary"]) == (30, "process")
    shown = provider.page("/demo/films/-/properties").html
    assert shown.find(id="accessspeed")["value"] == "10 MiB"
    assert shown.find(id="title")["value"] == "Films"


@pytest.mark.parametrize(
    ("fields", "place", "words"),
    [
        ({"versions": "many"}, "versions", "whole number from 0"),
        ({"accessspeed": "fast"}, "accessspeed", "number of bytes"),
        ({"end": "never"}, "end", "date and time"),
        ({"end": "2027-01-01T00:00", "zone": "Middle/Earth"}, "end", "time zone"),
        ({"profile": "nothing"}, "profile", "there are"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    provider: Provider, fields: dict[str, str], place: str, words: str
) -> None:
    before = provider.json(SERVICE)
    page = provider.save(SERVICE, status=400, title="New", **fields)
    assert words in page.html.find(id=f"{place}-wrong").text
    assert page.html.find(id=place)["aria-invalid"] == "true"
    assert page.html.find(id="title")["value"] == "New"
    assert provider.json(SERVICE) == before


def test_what_another_has_changed_meanwhile_is_not_overwritten(provider: Provider) -> None:
    page = provider.page(f"{SERVICE}-/properties").html
    tag = page.find("input", {"name": "tag"})["value"]
    provider.save(SERVICE, title="Theirs", end="2100-01-01T12:00:00")
    at = {"end": "2100-01-01T13:00:00", "zone": "Europe/Berlin", "shown_zone": "Europe/Berlin"}
    refused = provider.post(f"{SERVICE}-/properties", 412, do="save", tag=tag, title="Mine", **at)
    assert "by somebody else" in refused.html.find(role="alert").text
    assert refused.html.find(id="title")["value"] == "Mine"
    assert [each.text for each in refused.html(class_="now")] == ["There is now: Theirs"]
    assert provider.json(SERVICE)["metadata"] == {"title": "Theirs"}
    again = refused.html.find("input", {"name": "tag"})["value"]
    provider.post(f"{SERVICE}-/properties", do="save", tag=again, title="Mine")
    assert provider.json(SERVICE)["metadata"] == {"title": "Mine"}


def test_rest_has_the_same_with_an_entity_tag(admin: Any) -> None:
    place = f"{SERVICE}-/properties"
    shown = admin("GET", place)
    tag = shown.headers["ETag"]
    assert shown.json["properties"]["versions"] == 5
    assert admin("GET", place, headers={"If-None-Match": tag}).status_int == 304
    changed = admin.json("PATCH", place, {"metadata": {"title": "a"}}, **{"If-Match": tag})
    assert changed.status_int == 200 and changed.json["metadata"] == {"title": "a"}
    assert changed.headers["ETag"] != tag
    again = admin.json("PATCH", place, {"metadata": {"title": "b"}}, **{"If-Match": tag})
    assert again.status_int == 412
    assert admin.json("PATCH", place, {"takes_requests": True}).status_int == 400
    container = admin.json("PATCH", f"{CONTAINER}-/properties", {"takes_requests": True})
    assert container.json["takes_requests"] is True


def test_a_service_is_ended_and_opened_again(provider: Provider, customer: Any) -> None:
    provider.save(SERVICE, "end")
    assert customer("GET", SERVICE).status_int == 403
    assert "has ended" in provider.page(f"{SERVICE}-/properties").html.find(class_="notice").text
    provider.save(SERVICE, "reopen")
    assert customer("GET", SERVICE).status_int == 200


def test_what_the_provider_sets_is_not_its_administrators(
    app: Any, admin: Any, provider: Provider
) -> None:
    answer = admin.json("POST", f"{SERVICE}-/keys", {"role": "serviceadmin"})
    own = Provider(type(admin)(app, answer.json["key"]))
    page = own.page(f"{SERVICE}-/properties").html
    assert page.find(id="end").has_attr("disabled") and not page.find("button", value="end")
    refused = own.save(SERVICE, status=400, end="2100-01-01T00:00")
    assert "provider's to set" in refused.html.find(id="end-wrong").text
    own.save(SERVICE, "end", status=403)
    own.save(SERVICE, title="Ours")


def test_a_service_is_removed_by_who_types_its_name(provider: Provider) -> None:
    provider.client("PUT", f"{SERVICE}a.txt", body=b"x")
    provider.post(SERVICE, 400, do="remove", name="file")
    assert provider.json(SERVICE)["name"] == "files"
    provider.post(SERVICE, do="remove", name="files")
    provider.page(SERVICE, 404)
    provider.post(CONTAINER, do="remove", name="demo")
    provider.page(CONTAINER, 404)


def test_a_container_takes_requests_by_its_properties(provider: Provider) -> None:
    provider.save(CONTAINER, title="Acme", takes_requests="yes")
    assert provider.json(CONTAINER)["takes_requests"] is True
    assert provider.page(CONTAINER).html.h1.text == "Acme"
