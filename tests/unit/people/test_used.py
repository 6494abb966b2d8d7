"""What people have used themselves, as they and the site's administrators are told."""

from typing import Any

from mserve import booking, database
from tests.unit.conftest import Client
from tests.unit.people.conftest import HTML, Browser

REPORT = {"reports": [{"metric": "http://example.com/frames", "amount": 3}]}


def test_a_user_has_a_statement(browser: Any, anna: str, admin: Client, db: Any) -> None:
    her: Browser = browser().login()
    her.call("POST", "/-/account/keys", {"key": admin.key}, status=201)
    her.call("POST", "/demo/files/-/usage", REPORT, status=200)
    admin.json("POST", "/demo/files/-/usage", REPORT)
    database.run(db, booking.book_some)
    own = her.call("GET", "/-/account/statement").json
    assert (own["user"], own["name"]) == (anna, "Anna Arndt")
    [frames] = [each for each in own["items"] if each["metric"] == "http://example.com/frames"]
    assert (frames["used"], frames["reports"]) == (3, 1)
    place = f"/-/users/{anna}/statement"
    told = admin("GET", place).json
    assert {**told, "url": ""} == {**own, "url": ""}
    for url in (place, "/-/account/statement"):
        lines = her.call("GET", f"{url}/entries").text.splitlines()
        assert (len(lines), anna in lines[0]) == (own["entries"], True)
        assert "What was used by Anna Arndt" in her.get(url).text
    [used] = admin("GET", f"/-/users/{anna}/usage?metric=http://example.com/frames").json["items"]
    assert used["total"] == 3


def test_others_have_none_of_hers(browser: Any, anna: str, make: Any, customer: Client) -> None:
    make("ben")
    his: Browser = browser().login("ben")
    assert his.call("GET", "/-/account/statement").json["items"] == []
    for below in ("usage", "statement", "statement/entries"):
        assert his.call("GET", f"/-/users/{anna}/{below}").status_int == 404
        assert customer("GET", f"/-/users/{anna}/{below}").status_int == 404
    assert customer("GET", "/-/account/statement", headers=HTML).status_int in (303, 404)
