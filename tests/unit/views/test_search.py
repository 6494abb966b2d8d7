"""Search finds what the key may see, as the tree has it, once the catalogs have caught up."""

from collections.abc import Callable
from typing import Any

import pytest

from mserve import database
from mserve.indexing import index_batch

Find = Callable[..., list[str]]


@pytest.fixture
def catch_up(app: Any) -> Callable[[], int]:
    return lambda: index_batch(app.app.registry._zodb_databases[""], app.app.registry.mserve)


@pytest.fixture
def find(customer: Any, catch_up: Callable[[], int]) -> Find:
    def found(query: str = "", place: str = "/demo/files/") -> list[str]:
        catch_up()
        answer = customer("GET", f"{place}-/search?{query}")
        assert answer.status_int == 200, answer.body
        assert answer.json["complete"]
        return [item["name"] for item in answer.json["items"]]

    return found


@pytest.fixture
def files(customer: Any) -> None:
    for name, size in (("cat_2026.jpg", 10), ("dog.png", 20), ("in/cat.txt", 30), ("in/x/y", 5)):
        customer("PUT", f"/demo/files/{name}", body=b"x" * size)
    tagged = {"metadata": {"title": "Whiskers at noon", "tags": ["pet", "sun"]}}
    customer.json("PATCH", "/demo/files/cat_2026.jpg", tagged)


@pytest.mark.usefixtures("files")
def test_by_words_of_name_and_metadata(find: Find) -> None:
    assert find("q=cat") == ["cat.txt", "cat_2026.jpg"]
    assert find("q=whiskers") == ["cat_2026.jpg"]
    assert find("q=whisk*+or+dog") == ["cat_2026.jpg", "dog.png"]
    assert find("q=cat+not+whiskers") == ["cat.txt"]
    assert find("q=nothing") == []


@pytest.mark.usefixtures("files")
def test_by_facts(find: Find) -> None:
    assert find("mimetype=image/*") == ["cat_2026.jpg", "dog.png"]
    assert find("mimetype=text/plain") == ["cat.txt"]
    assert find("tag=pet&tag=sun") == ["cat_2026.jpg"]
    assert find("tag=pet&tag=rain") == []
    assert find("size>=20") == ["cat.txt", "dog.png"]
    assert find("type=mfile&size>=6&size<=20&sort=-size") == ["dog.png", "cat_2026.jpg"]
    assert find("type=folder") == ["in", "x"]
    assert find("modified>=2099-01-01T00:00:00Z") == []


@pytest.mark.usefixtures("files")
def test_below_a_folder_and_above_services(find: Find, admin: Any) -> None:
    assert find("", "/demo/files/in/") == ["cat.txt", "x", "y"]
    found = admin("GET", "/-/search?q=cat").json["items"]
    assert [item["name"] for item in found] == ["cat.txt", "cat_2026.jpg"]


@pytest.mark.usefixtures("files")
def test_in_pages_that_keep_the_question(find: Find, customer: Any) -> None:
    find()
    page = customer("GET", "/demo/files/-/search?type=mfile&sort=-name&limit=3").json
    rest = customer("GET", page["next"]).json
    names = [item["name"] for item in page["items"] + rest["items"]]
    assert names == ["y", "dog.png", "cat_2026.jpg", "cat.txt"]
    assert rest["next"] is None


@pytest.mark.usefixtures("files")
def test_what_changes_is_found_anew(find: Find, customer: Any) -> None:
    find()
    customer.json("PATCH", "/demo/files/dog.png", {"name": "wolf.png"})
    customer("DELETE", "/demo/files/in/")
    assert find("q=wolf") == ["wolf.png"]
    assert find("q=dog") == []
    assert find("q=cat") == ["cat_2026.jpg"]
    [trashed] = customer("GET", "/demo/files/-/trash").json["items"]
    customer("POST", trashed["url"])
    assert find("q=cat") == ["cat.txt", "cat_2026.jpg"]


@pytest.mark.usefixtures("files")
def test_what_is_purged_leaves_the_catalog(find: Find, customer: Any, app: Any) -> None:
    find()
    customer("DELETE", "/demo/files/in/")
    customer("DELETE", customer("GET", "/demo/files/-/trash").json["items"][0]["url"])
    find()
    db = app.app.registry._zodb_databases[""]
    kept = database.run(db, lambda site: len(site["demo"]["files"].catalog.nodes))
    assert kept == 2


def test_the_answer_tells_that_catalogs_lag_behind(customer: Any) -> None:
    customer("PUT", "/demo/files/a", body=b"1")
    answer = customer("GET", "/demo/files/-/search").json
    assert (answer["items"], answer["complete"]) == ([], False)


@pytest.mark.parametrize(
    "query",
    ["sort=colour", "size>=many", "modified>=yesterday", "q=)", "limit=0", "cursor=x", "q=and"],
)
def test_bad_questions_are_refused(customer: Any, query: str) -> None:
    assert customer("GET", f"/demo/files/-/search?{query}").status_int == 400


@pytest.mark.usefixtures("files")
def test_a_key_finds_only_what_is_below_it(find: Find, customer: Any, stranger: Any) -> None:
    find()
    asked = {"role": "mfilereadonly"}
    key = customer.json("POST", "/demo/files/in/-/keys", asked).json["key"]
    found = stranger("GET", f"/k/{key}/-/search?q=cat").json["items"]
    assert [item["url"] for item in found] == [f"http://localhost/k/{key}/cat.txt"]
