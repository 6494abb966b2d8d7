"""Users are found by id, name, address and OpenID, each of which belongs to one."""

from typing import Any

import pytest

from mserve.errors import BadInput, NameTaken
from mserve.resources.site import Site
from mserve.resources.user import User, display_name, normal_email, normal_name
from mserve.resources.users import Users


@pytest.fixture
def users() -> Users:
    return Site().users


def user(name: str, email: str | None = None, **more: Any) -> User:
    made = User(name)
    made.email = email
    for attribute, value in more.items():
        setattr(made, attribute, value)
    return made


def test_a_user_is_found_by_whatever_is_theirs_alone(users: Users) -> None:
    anna = users.add(user("anna", "anna@example.com", identities=(("https://a", "1"),)))
    assert users.get(anna.id) is anna and users.get("x") is None
    assert users.by_name("anna") is anna and users.by_name("eve") is None
    assert users.by_email("anna@example.com") is anna
    assert users.by_subject("https://a", "1") is anna
    assert users.by_subject("https://a", "2") is users.by_subject("https://b", "1") is None
    assert users.count() == 1 and anna.__parent__ is users


def test_names_addresses_and_identities_are_not_shared(users: Users) -> None:
    anna = users.add(user("anna", "anna@example.com"))
    for taken in (user("anna"), user("eve", "anna@example.com")):
        with pytest.raises(NameTaken):
            users.add(taken)
    assert users.count() == 1 and users.by_name("eve") is None
    eve = users.add(user("eve"))
    with pytest.raises(NameTaken):
        users.set_email(eve, "anna@example.com")
    users.link(anna, "https://a", "1")
    users.link(anna, "https://a", "1")
    with pytest.raises(NameTaken, match="1"):
        users.link(eve, "https://a", "1")
    users.unlink(eve, "https://a", "1")
    assert anna.identities == (("https://a", "1"),) and users.by_subject("https://a", "1") is anna
    users.unlink(anna, "https://a", "1")
    assert anna.identities == () and users.by_subject("https://a", "1") is None


def test_an_address_that_is_given_up_is_free(users: Users) -> None:
    anna, eve = users.add(user("anna", "anna@example.com")), users.add(user("eve"))
    users.set_email(anna, "a@example.com")
    users.set_email(eve, "anna@example.com")
    assert users.by_email("anna@example.com") is eve and users.by_email("a@example.com") is anna
    users.set_email(anna, None)
    assert users.by_email("a@example.com") is None and anna.email is None


def test_users_are_paged_by_name_and_searched(users: Users) -> None:
    for name in ("ben", "anna", "cleo"):
        users.add(user(name, f"{name}@example.com", display=f"{name.title()} Miller"))
    assert [name for name, _ in users.page(2)] == ["anna", "ben"]
    assert [name for name, _ in users.page(2, "ben")] == ["cleo"]
    assert [name for name, _ in users.page(9, None, "NN")] == ["anna"]
    assert [name for name, _ in users.page(9, None, "cleo@")] == ["cleo"]
    assert [name for name, _ in users.page(2, None, "miller")] == ["anna", "ben"]
    assert users.page(9, None, "nobody") == []


@pytest.mark.parametrize(
    ("text", "name"),
    [("anna", "anna"), (" Anna ", "anna"), ("ＡＮＮＡ", "anna"), ("STRASSE", "strasse"),
     ("straße", "strasse"), ("a.b-c_d@e+f", "a.b-c_d@e+f"), ("Ünal", "ünal"), ("7", "7")],
)  # fmt: skip
def test_names_are_compared_without_case_and_width(text: str, name: str) -> None:
    assert normal_name(text) == name


@pytest.mark.parametrize(
    "text", ["", " ", "a b", "a:b", "_a", ".a", "a/b", "a" * 65, "a\n", None, 7, "a\u200bb", "<a>"]
)
def test_what_is_no_name_is_refused(text: Any) -> None:
    if text == "a\n":  # a line's end is no part of a name
        assert normal_name(text) == "a"
    else:
        with pytest.raises(BadInput, match="letters, digits"):
            normal_name(text)


def test_addresses_of_mail() -> None:
    assert normal_email(" Anna@Example.COM ") == "anna@example.com"
    for wrong in ("", "anna", "anna@", "@b.de", "a b@c.de", "a@b", "a@b.de\nBcc: x@y.de",
                  "a@b@c.de", "<a@b.de>", "a,b@c.de", None, 7):  # fmt: skip
        with pytest.raises(BadInput, match=r"anna@example\.com"):
            normal_email(wrong)


def test_display_names_are_one_line() -> None:
    assert display_name(" Anna Müller ") == "Anna Müller"
    for wrong in ("a\nb", "x" * 201, "a\x07", None):
        with pytest.raises(BadInput):
            display_name(wrong)
