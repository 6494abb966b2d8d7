"""Metadata by themselves: REST with a tag, and a form by which two editors lose nothing."""

from typing import Any

import pytest

HTML = {"Accept": "text/html"}
FILE = "/demo/files/a.txt"
PLACE = f"{FILE}/-/metadata"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def editor(customer: Any) -> Any:
    customer("PUT", FILE, body=b"x")
    assert customer.json("PUT", PLACE, {"title": "one", "tags": ["a"]}).status_int == 200
    return customer


def test_the_tag_changes_when_the_metadata_do(editor: Any) -> None:
    first = editor("GET", PLACE)
    assert first.json == {"title": "one", "tags": ["a"]}
    tag = first.headers["ETag"]
    assert editor("GET", PLACE, headers={"If-None-Match": tag}).status_int == 304
    editor("PUT", FILE, body=b"other")
    assert editor("GET", PLACE).headers["ETag"] == tag
    changed = editor.json("PATCH", PLACE, {"title": "two", "tags": None}, **{"If-Match": tag})
    assert (changed.status_int, changed.json) == (200, {"title": "two"})
    assert changed.headers["ETag"] != tag
    late = editor.json("PUT", PLACE, {"title": "three"}, **{"If-Match": tag})
    assert late.status_int == 412 and changed.headers["ETag"] in late.json["detail"]
    assert editor("GET", f"{FILE}/-/info").json["metadata"] == {"title": "two"}


def test_what_is_too_much_or_no_object_changes_nothing(editor: Any, stored: Any) -> None:
    before = stored()
    for body in ({"x": "y" * 70_000}, ["x"]):
        assert editor.json("PUT", PLACE, body).status_int == 400
    assert stored() == before
    assert editor("GET", PLACE).json == {"title": "one", "tags": ["a"]}


def test_who_may_only_look_cannot_change_them(editor: Any, made: Any) -> None:
    reader = made("mfilereadonly")
    assert reader.json("PUT", PLACE, {}).status_int == 403
    page = reader("GET", PLACE, headers=HTML)
    assert "one" in page and not page.html.find("textarea")


def rows(page: Any) -> list[tuple[str, str, str]]:
    form = next(each for each in page.forms.values() if each.fields.get("tag"))
    columns = [[field.value for field in form.fields[name]] for name in ("name", "value", "form")]
    return [*zip(*columns, strict=True)]


def save(editor: Any, page: Any, changes: dict[int, tuple[str, str, str]], *gone: int) -> Any:
    form = next(each for each in page.forms.values() if each.fields.get("tag"))
    for number, values in changes.items():
        for name, value in zip(("name", "value", "form"), values, strict=True):
            form.fields[name][number].value = value
    for number in gone:
        form.fields["remove"][number].checked = True
    return form.submit(headers={**HTML, **editor.headers}, expect_errors=True)


def test_a_form_adds_changes_and_removes(editor: Any) -> None:
    page = editor("GET", PLACE, headers=HTML)
    blank = [("", "", "text")] * 3
    assert rows(page) == [("tags", '["a"]', "json"), ("title", "one", "text"), *blank]
    answer = save(editor, page, {1: ("name", "two\r\nlines", "text"), 2: ("n", "3", "json")}, 0)
    assert answer.status_int == 303
    assert editor("GET", PLACE).json == {"name": "two\nlines", "n": 3}
    saved = editor("GET", answer.location.removeprefix("http://localhost"), headers=HTML)
    assert "It is saved." in saved
    shown = editor("GET", FILE, headers=HTML)
    assert shown.html.find("dt", string="n").find_next_sibling("dd").text == "3"


def test_who_saves_after_another_is_shown_both_and_loses_nothing(editor: Any) -> None:
    page = editor("GET", PLACE, headers=HTML)
    editor.json("PATCH", PLACE, {"title": "theirs", "new": "theirs too"})
    answer = save(editor, page, {1: ("title", "mine", "text")})
    assert answer.status_int == 412
    _, *differing = answer.html.find("table").find_all("tr")
    told = [[cell.text for cell in row.find_all(["th", "td"])] for row in differing]
    assert told == [["new", "theirs too", "nothing"], ["title", "theirs", "mine"]]
    assert ("title", "mine", "text") in rows(answer)
    assert editor("GET", PLACE).json["title"] == "theirs"
    assert save(editor, answer, {}).status_int == 303
    assert editor("GET", PLACE).json == {"title": "mine", "tags": ["a"]}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("x", "{", "json"), "should be JSON"),
        (("x", "NaN", "json"), "should be JSON"),
        (("", "value", "text"), "needs a name"),
        (("title", "again", "text"), "stands in several rows"),
        (("x", "y" * 70_000, "text"), "at most 65536"),
    ],
)
def test_a_row_that_cannot_be_is_told_and_kept_in_the_form(
    editor: Any, row: tuple[str, str, str], words: str
) -> None:
    before = editor("GET", PLACE).json
    answer = save(editor, editor("GET", PLACE, headers=HTML), {2: row})
    assert answer.status_int == 400 and words in answer.html.find(role="alert").text
    assert row in rows(answer)
    assert editor("GET", PLACE).json == before


def test_a_form_that_lacks_columns_is_refused(editor: Any) -> None:
    body = b"do=describe&name=a&name=b&value=c&form=text"
    answer = editor("POST", PLACE, body=body, content_type=FORM, headers=HTML)
    assert answer.status_int == 400


def test_a_folder_has_them_too(customer: Any) -> None:
    customer("PUT", "/demo/files/f/a", body=b"x")
    assert customer.json("PATCH", "/demo/files/f/-/metadata", {"a": 1}).json == {"a": 1}
    assert customer("GET", "/demo/files/f/-/info").json["metadata"] == {"a": 1}
    assert "Nothing is said" not in customer("GET", "/demo/files/f/-/metadata", headers=HTML)
