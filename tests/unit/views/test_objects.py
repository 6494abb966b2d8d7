"""`/-/objects`: what is stored is shown as it is, page by page, and no secret of it."""

import json
from typing import Any

import pytest

from mserve import database, passwords
from mserve.resources.user import User

HTML = {"Accept": "text/html"}
PASSWORD = "a horse, a battery and a staple"


def get(admin: Any, url: str, status: int = 200) -> Any:
    answer = admin("GET", url)
    assert answer.status_int == status, answer.body
    return answer.json


def walk(admin: Any, most: int = 400) -> dict[str, Any]:
    """All that is found from the site on, by its number."""
    seen: dict[str, Any] = {}
    ahead = [get(admin, "/-/objects")["object"]]
    while ahead and len(seen) < most:
        number = ahead.pop()
        if number in seen:
            continue
        seen[number] = found = get(admin, f"/-/objects/{number}")
        texts = json.dumps(found)
        ahead += [part.partition('"')[0] for part in texts.split('{"object": "')[1:]]
    return seen


def test_the_site_and_what_it_refers_to(admin: Any, see: Any) -> None:
    top = get(admin, "/-/objects")
    assert top["class"] == "mserve.resources.site.Site" and top["entries"] is None
    assert top["attributes"]["schema"] == see(lambda site: site.schema)
    assert top["size"] > 100 and top["changed"].endswith("Z") and len(top["serial"]) == 16
    children = get(admin, f"/-/objects/{top['attributes']['children']['object']}")
    assert children["class"] == "BTrees.OOBTree.OOBTree"
    [demo] = children["entries"]["items"]
    assert demo["key"] == "demo"
    container = get(admin, f"/-/objects/{demo['value']['object']}")
    assert container["class"] == "mserve.resources.container.Container"


def test_what_has_an_id_is_found_by_it(admin: Any, customer: Any) -> None:
    made = customer("PUT", "/demo/files/cat.txt", body=b"a cat").json
    found = get(admin, f"/-/objects?id={made['id']}")
    assert found["class"].endswith(".Mfile") and found["attributes"]["__name__"] == "cat.txt"
    content = get(admin, f"/-/objects/{found['attributes']['content']['object']}")
    assert content["attributes"]["sha256"] == made["sha256"], "a digest of content is no secret"
    get(admin, "/-/objects?id=nothing", 404)


def test_entries_come_in_pages(admin: Any, customer: Any) -> None:
    for number in range(7):
        customer("PUT", f"/demo/files/{number}.txt", body=b"x")
    service = get(admin, f"/-/objects?id={get(admin, '/demo/files/-/info')['id']}")
    url, names = f"/-/objects/{service['attributes']['children']['object']}?limit=3", []
    while url:
        page = get(admin, url)["entries"]
        assert len(page["items"]) <= 3
        names += [each["key"] for each in page["items"]]
        url = page["next"]
    assert names == [f"{number}.txt" for number in range(7)]


def test_no_secret_is_shown_anywhere(admin: Any, customer: Any, db: Any, made: Any) -> None:
    key = made("mfilereadonly", password="open sesame, please")
    secrets: list[str] = [admin.key, customer.key, key.key, PASSWORD]

    def fill(site: Any) -> list[str]:
        user = User("anna")
        user.password = passwords.hashed(PASSWORD)
        user.totp, user.recovery = b"gAAAA-sealed", ("0" * 64,)
        site.users.add(user)
        found = [each for node in (site, *site.walk()) for each in (node.keys or {}).values()]
        user.keep(found[0])
        digests = [digest for each in found for digest in each.digests()]
        return [user.password, *digests, *(repr(each.sealed)[2:-1] for each in found)]

    secrets += database.run(db, fill)
    found = walk(admin)
    classes = {each["class"].rpartition(".")[2] for each in found.values()}
    assert {"Site", "User", "Key", "Users", "Index", "OOBTree", "Usage"} <= classes
    told = json.dumps(found)
    assert [each for each in secrets if each and each in told] == []
    assert "argon2" not in told and "gAAAA" not in told
    assert '{"masked": true}' in told


def test_the_page_has_links_and_says_what_is_left_out(admin: Any) -> None:
    page = admin("GET", "/", headers=HTML).html.find("a", string="Objects")
    page = admin("GET", page["href"], headers=HTML)
    link = page.html.find("dt", string="keys").find_next("dd").a
    keys = admin("GET", link["href"], headers=HTML)
    key = admin("GET", keys.html.find("tbody").td.a["href"], headers=HTML)
    assert key.html.h1.text == "Key"
    assert "not shown: a secret" in key.html.find("dt", string="digest").find_next("dd").text


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/-/objects/ffffffffffffffff", 404), ("/-/objects/1", 404), ("/-/objects/x", 404),
        ("/-/objects?limit=0", 400),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told(admin: Any, url: str, status: int) -> None:
    get(admin, url, status)


def test_a_cursor_of_another_tree_is_refused(admin: Any) -> None:
    top = get(admin, "/-/objects")["attributes"]
    number = top["children"]["object"]
    for cursor in ("i5", "x", "nope", "n-1", "ix"):
        get(admin, f"/-/objects/{number}?cursor={cursor}", 400)
