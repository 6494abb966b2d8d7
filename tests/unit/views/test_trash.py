"""What is removed can be had back for a time; after that it is gone, and counted no longer."""

from typing import Any

from mserve import database
from mserve.ingest.trash import purge_expired
from mserve.resources import clock

FOLDER = "/demo/files/in"
FILE = f"{FOLDER}/a.txt"
DAY = 86_400 * clock.SECOND


def figures(client: Any, url: str = "/demo/files/") -> dict[str, Any]:
    items = client("GET", f"{url}-/usage").json["items"]
    return {item["metric"].rpartition("/")[2]: item for item in items}


def trash(customer: Any) -> list[Any]:
    return customer("GET", "/demo/files/-/trash").json["items"]


def in_tree(app: Any, action: Any) -> Any:
    return database.run(app.app.registry._zodb_databases[""], action)


def test_a_removed_file_is_in_the_trash_and_comes_back(customer: Any) -> None:
    customer("PUT", FILE, body=b"12345")
    assert customer("DELETE", FILE).status_int == 204
    assert customer("GET", FILE).status_int == 404
    [shown] = trash(customer)
    assert (shown["origin"], shown["size"], shown["files"]) == ("in/a.txt", 5, 1)
    assert figures(customer)["file"]["total"] == 0
    assert figures(customer)["disc"]["rate"] == 5
    assert figures(customer, f"{FOLDER}/")["disc"]["rate"] == 0
    assert customer("POST", shown["url"]).status_int == 200
    assert customer("GET", FILE).body == b"12345"
    assert trash(customer) == []
    assert figures(customer, f"{FOLDER}/")["disc"]["rate"] == 5
    assert figures(customer)["file"]["total"] == 1


def test_a_folder_goes_and_comes_as_a_whole_with_its_keys(customer: Any, stranger: Any) -> None:
    customer("PUT", FILE, body=b"1")
    customer("PUT", f"{FOLDER}/deep/b.txt", body=b"22")
    key = customer.json("POST", f"{FOLDER}/-/keys", {"role": "mfilereadonly"}).json["key"]
    customer("DELETE", f"{FOLDER}/")
    assert stranger("GET", f"/k/{key}/a.txt").status_int == 404
    [shown] = trash(customer)
    assert (shown["type"], shown["files"], shown["size"]) == ("folder", 2, 3)
    customer("POST", shown["url"])
    assert stranger("GET", f"/k/{key}/deep/b.txt").body == b"22"


def test_it_can_be_restored_elsewhere(customer: Any) -> None:
    customer("PUT", FILE, body=b"old")
    customer("DELETE", FILE)
    customer("PUT", FILE, body=b"new")
    [shown] = trash(customer)
    taken = customer("POST", shown["url"])
    assert (taken.status_int, taken.json["type"]) == (409, "urn:mserve:problem:name-taken")
    assert (
        customer.json("POST", shown["url"], {"parent": "demo/files", "name": "b"}).status_int == 200
    )
    assert customer("GET", "/demo/files/b").body == b"old"


def test_where_its_folder_is_gone_another_is_to_be_named(customer: Any) -> None:
    customer("PUT", FILE, body=b"old")
    customer("DELETE", FILE)
    customer("DELETE", f"{FOLDER}/")
    refused = customer("POST", trash(customer)[-1]["url"])
    assert refused.status_int == 409
    assert "name another" in refused.json["detail"]


def test_purged_things_are_gone_and_counted_no_longer(customer: Any, app: Any) -> None:
    id = customer("PUT", FILE, body=b"12345").json["id"]
    customer("DELETE", FILE)
    assert customer("DELETE", trash(customer)[0]["url"]).status_int == 204
    assert trash(customer) == []
    shown = figures(customer)
    assert (shown["disc"]["rate"], shown["disc"]["nInProgress"]) == (0, 0)
    assert (shown["disc_space"]["total"], shown["file"]["total"]) == (0, 0)
    assert not in_tree(app, lambda site: id in site.ids)


def test_the_sweeper_purges_what_is_over(customer: Any, app: Any) -> None:
    customer("PUT", FILE, body=b"12345")
    customer("DELETE", FILE)
    assert in_tree(app, lambda site: purge_expired(site, clock.now(), 10)) == 0
    assert in_tree(app, lambda site: purge_expired(site, clock.now() + 31 * DAY, 10)) == 1
    assert trash(customer) == []


def test_without_a_trash_things_are_gone_at_once(admin: Any, customer: Any) -> None:
    admin.json("PATCH", "/demo/files/", {"properties": {"trash_days": 0}})
    customer("PUT", FILE, body=b"12345")
    customer("DELETE", f"{FOLDER}/")
    assert trash(customer) == []
    assert figures(customer)["disc"]["rate"] == 0


def test_a_removed_service_takes_its_trash_along(admin: Any, customer: Any) -> None:
    customer("PUT", FILE, body=b"12345")
    customer("PUT", f"{FOLDER}/b", body=b"123")
    customer("DELETE", FILE)
    assert admin("DELETE", "/demo/files/").status_int == 409
    assert admin("DELETE", "/demo/files/?recursive=true").status_int == 204
    shown = figures(admin, "/")
    assert (shown["disc"]["rate"], shown["disc"]["nInProgress"]) == (0, 0)
    assert (shown["disc_space"]["total"], shown["file"]["total"]) == (0, 0)
    assert shown["service"]["total"] == 0
