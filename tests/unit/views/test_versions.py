"""A file's former contents are kept, shown, and can be had back."""

from typing import Any

FILE = "/demo/files/a.txt"


def put(customer: Any, body: bytes, url: str = FILE) -> Any:
    return customer("PUT", url, body=body)


def versions(customer: Any) -> list[Any]:
    return customer("GET", f"{FILE}/-/versions").json["items"]


def disc(customer: Any) -> int:
    items = customer("GET", "/demo/files/-/usage").json["items"]
    return next(item["rate"] for item in items if item["metric"] == "http://mserve/disc")


def test_what_is_replaced_becomes_a_version(customer: Any) -> None:
    for body in (b"one", b"two!", b"three"):
        put(customer, body)
    shown = versions(customer)
    assert [(each["version"], each["size"]) for each in shown] == [(2, 4), (1, 3)]
    assert customer("GET", shown[1]["url"]).body == b"one"
    assert (
        customer("GET", shown[1]["url"], headers={"Accept": "application/json"}).json["size"] == 3
    )
    assert disc(customer) == 3 + 4 + 5


def test_as_many_are_kept_as_the_property_says(admin: Any, customer: Any) -> None:
    assert admin.json("PATCH", "/demo/files/", {"properties": {"versions": 2}}).status_int == 200
    for number in range(6):
        put(customer, b"x" * number)
    assert [each["version"] for each in versions(customer)] == [5, 4]
    assert disc(customer) == 3 + 4 + 5


def test_a_version_can_be_restored_and_costs_no_second_copy(customer: Any) -> None:
    put(customer, b"one")
    put(customer, b"two")
    restored = customer("POST", f"{FILE}/-/versions/1")
    assert (restored.status_int, restored.json["version"]) == (200, 3)
    assert customer("GET", FILE).body == b"one"
    assert [each["version"] for each in versions(customer)] == [2, 1]


def test_there_is_no_such_version(customer: Any) -> None:
    put(customer, b"one")
    for number in ("1", "7", "x", "-1"):
        assert customer("POST", f"{FILE}/-/versions/{number}").status_int == 404


def test_versions_come_in_pages(customer: Any) -> None:
    for number in range(5):
        put(customer, b"%d" % number)
    first = customer("GET", f"{FILE}/-/versions?limit=3").json
    rest = customer("GET", first["next"]).json
    assert [each["version"] for each in first["items"] + rest["items"]] == [4, 3, 2, 1]
    assert rest["next"] is None
