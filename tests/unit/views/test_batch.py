"""Copies share their bytes, and many changes fit into one request."""

from pathlib import Path
from typing import Any

from mserve.views.html.problem_words import HEADER


def names(customer: Any, url: str = "/demo/files/") -> list[str]:
    return [item["name"] for item in customer("GET", url).json["items"]]


def test_a_copied_folder_shares_its_bytes(customer: Any, settings: Any) -> None:
    customer("PUT", "/demo/files/in/a.txt", body=b"12345")
    customer("PUT", "/demo/files/in/deep/b.txt", body=b"123")
    blobs = len([*Path(settings.data, "blobs").rglob("*.blob")])
    made = customer.json("POST", "/demo/files/in/-/copy", {"name": "out"})
    assert made.status_int == 201
    assert customer("GET", "/demo/files/out/deep/b.txt").body == b"123"
    assert len([*Path(settings.data, "blobs").rglob("*.blob")]) == blobs
    customer("PUT", "/demo/files/out/a.txt", body=b"other")
    assert customer("GET", "/demo/files/in/a.txt").body == b"12345"


def test_a_folder_cannot_be_copied_into_itself(customer: Any) -> None:
    customer("PUT", "/demo/files/in/deep/b.txt", body=b"123")
    asked = {"parent": "demo/files/in/deep"}
    assert customer.json("POST", "/demo/files/in/-/copy", asked).status_int == 409
    assert customer.json("POST", "/demo/files/in/-/copy", {}).status_int == 409


def test_a_page_is_told_in_its_language_what_was_refused(customer: Any) -> None:
    customer("PUT", "/demo/files/a", body=b"1")
    customer("PUT", "/demo/files/in/a", body=b"2")
    asked = {"operations": [{"op": "move", "path": "a", "parent": "demo/files/in"}]}
    url, german = "/demo/files/-/batch", {"Accept-Language": "de"}
    (english,) = customer.json("POST", url, asked, **german).json["results"]
    assert "said" not in english
    (both,) = customer.json("POST", url, asked, **german, **{HEADER: "de"}).json["results"]
    assert both == {**english, "said": "Hier gibt es schon etwas, das 'a' heißt"}


def test_each_operation_of_a_batch_has_its_result(customer: Any) -> None:
    for name in "abc":
        customer("PUT", f"/demo/files/{name}", body=name.encode())
    operations = [
        {"op": "move", "path": "a", "name": "b"},
        {"op": "move", "path": "a", "name": "z"},
        {"op": "copy", "path": "b", "name": "b2"},
        {"op": "remove", "path": "c"},
        {"op": "remove", "path": "nothing"},
        {"op": "fly", "path": "b"},
        7,
    ]
    answer = customer.json("POST", "/demo/files/-/batch", {"operations": operations})
    statuses = [each["status"] for each in answer.json["results"]]
    assert statuses == [409, 200, 200, 200, 404, 400, 400]
    assert names(customer) == ["b", "b2", "z"]


def test_a_reader_can_change_nothing_by_a_batch(customer: Any, stranger: Any) -> None:
    customer("PUT", "/demo/files/a", body=b"1")
    asked = {"role": "mfilereadonly"}
    key = customer.json("POST", "/demo/files/-/keys", asked).json["key"]
    operations = [{"op": op, "path": "a", "name": "b"} for op in ("move", "copy")]
    operations.append({"op": "remove", "path": "a"})
    answer = stranger.json("POST", f"/k/{key}/-/batch", {"operations": operations})
    assert [each["status"] for each in answer.json["results"]] == [403, 403, 403]
    assert names(customer) == ["a"]
