"""What a form without a script has done is told once, where it leads to, and taken back."""

from typing import Any

import pytest

from mserve.views.html.flash import COOKIE
from tests.unit.views.test_pages import HTML, Person

FILES = "/demo/files/"


@pytest.fixture
def person(app: Any, settings: Any, customer: Any) -> Person:
    customer("PUT", f"{FILES}trip/cat.txt", body=b"a cat", content_type="text/plain")
    return Person(app, (settings.data / "demo.key").read_text().strip())


def told(page: Any) -> Any:
    found = page.html.find(class_="flash")
    return found and found.find("p").text


def take_back(page: Any) -> Any:
    """The page that the button of the message leads to."""
    place = page.html.find(class_="flash").form["action"]
    form = next(form for form in page.forms.values() if form.action == place)
    return form.submit(headers=HTML, status=303).follow(headers=HTML)


def test_what_was_removed_comes_back_by_a_button_and_is_told_once(person: Person) -> None:
    page = person.submit(person.get("trip/cat.txt"), "remove").follow(headers=HTML)
    assert told(page) == "“cat.txt” is in the trash now."
    assert not page.html.find("a", string="cat.txt")
    back = take_back(page)
    assert back.html.h1.text == "cat.txt" and told(back) == "“cat.txt” is back where it was."
    assert told(person.get("trip/cat.txt")) is None


def test_another_name_is_taken_back(person: Person) -> None:
    page = person.submit(person.get("trip/cat.txt"), "rename", name="katze & co.txt")
    page = page.follow(headers=HTML)
    assert told(page) == "It is called “katze & co.txt” now."
    assert take_back(page).html.h1.text == "cat.txt"


def test_a_job_that_was_begun_is_cancelled(person: Person) -> None:
    page = person.submit(person.get("trip/cat.txt"), "run", workflow="update")
    page = page.follow(headers=HTML)
    assert told(page) == "The job “update” has begun."
    page = take_back(page)
    assert told(page) == "The job “update” is cancelled."
    assert page.html.find(class_="job").find(class_="state").text == "cancelled"
    page = person.submit(page, "retry").follow(headers=HTML)
    assert told(page) == "What failed of “update” is done once more."


def test_it_is_told_in_the_readers_language(person: Person) -> None:
    answer = person.submit(person.get(), "folder", name="neu")
    page = person.app.get(answer.location, headers={**HTML, "Accept-Language": "de"})
    assert told(page) == "Der Ordner „neu“ ist angelegt."


def test_it_is_for_the_page_it_was_meant_for_alone(person: Person) -> None:
    answer = person.submit(person.get(), "folder", name="new")
    assert told(person.get("trip/")) is None
    assert told(answer.follow(headers=HTML))


def test_nobody_can_have_a_page_say_something_else(person: Person, app: Any) -> None:
    person.submit(person.get(), "folder", name="new")
    sealed = app.cookies[COOKIE]
    forged = sealed[:-3] + ("AAA" if not sealed.endswith("AAA") else "BBB")
    for value in ("x", "e30", forged):
        app.set_cookie(COOKIE, value)
        assert told(person.get()) is None
    assert b"new" not in sealed.encode()


def test_who_may_not_restore_is_offered_no_button(app: Any, made: Any, person: Person) -> None:
    """A key of the folder does not reach the trash of its service."""
    owner = Person(app, made("mfileowner", f"{FILES}trip/").key)
    page = owner.submit(owner.get("cat.txt"), "remove").follow(headers=HTML)
    assert told(page) == "“cat.txt” is in the trash now."
    assert not page.html.find(class_="flash").form


def test_users_are_kept_out_and_let_in_again(admin: Any, app: Any) -> None:
    boss = Person(app, admin.key)
    admin.json("POST", "/-/users", {"name": "anna", "email": "anna@example.com"})
    user = admin("GET", "/-/users?q=anna").json["items"][0]["id"]
    page = boss.submit(boss.get(f"-/users/{user}"), "disable").follow(headers=HTML)
    assert told(page) == "“anna” is kept out, and logged out everywhere."
    assert told(take_back(page)) == "“anna” may log in again."
