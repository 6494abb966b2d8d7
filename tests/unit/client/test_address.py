"""Addresses: names out of URLs and back, and the key apart from them."""

import pytest

from mserve.client.address import Address, parse
from mserve.client.errors import BadAddress

KEY = "qAoDnB8M" + "x" * 35
SITE = "https://example.com"


def test_the_key_in_a_url_is_taken_out_of_it() -> None:
    address, key = parse(f"{SITE}/k/{KEY}/photos/cat.jpg")
    assert key == KEY
    assert address == Address(f"{SITE}/k/-", ("photos", "cat.jpg"))
    assert KEY not in f"{address!r} {address.url} {address.facet('info')} {address.told}"


def test_a_site_may_lie_below_a_path() -> None:
    address, key = parse(f"{SITE}/files/k/{KEY}/a")
    assert (address.root, address.names, key) == (f"{SITE}/files/k/-", ("a",), KEY)


def test_a_folder_called_k_holds_no_key() -> None:
    address, key = parse(f"{SITE}/acme/media/k/cat.jpg")
    assert (address.names, key) == (("acme", "media", "k", "cat.jpg"), None)


def test_a_place_for_a_key_from_elsewhere() -> None:
    address, key = parse(f"{SITE}/k/-/photos/")
    assert (address.keyed, key, address.names) == (True, None, ("photos",))


@pytest.mark.parametrize(
    "name", ["a b", "a?b", "a#b", "a%20b", "é", "日本", "a;b=c", "[red]", "...", "a\nb", "~", "\\"]
)
def test_any_name_comes_back_from_its_url(name: str) -> None:
    address = Address(SITE).below(name)
    assert parse(address.url)[0].names == (name,)
    assert address.facet("content") == f"{address.url}/-/content"


def test_names_as_people_type_them_are_taken() -> None:
    assert parse(f"{SITE}/acme/my photos/é.jpg")[0].names == ("acme", "my photos", "é.jpg")


def test_a_slash_at_the_end_means_a_folder() -> None:
    assert parse(f"{SITE}/acme/media/")[0].folder
    assert not parse(f"{SITE}/acme/media")[0].folder
    assert parse(SITE)[0].folder


def test_the_url_of_a_page_of_a_file_means_the_file() -> None:
    assert parse(f"{SITE}/a/b/cat.jpg/-/content")[0].names == ("a", "b", "cat.jpg")


@pytest.mark.parametrize(
    "url",
    [
        "", "cat.jpg", "ftp://example.com/a", "https:///a", f"{SITE}:port/", f"{SITE}/a?b",
        f"{SITE}/a#b", f"{SITE}/a/../b", f"{SITE}/a/-/jobs/1", f"{SITE}/%ff", f"{SITE}/a%2fb",
        "https://user:secret@example.com/", "https://[::1/", f"{SITE}/%00",
    ],
)  # fmt: skip
def test_what_is_no_place_is_refused(url: str) -> None:
    with pytest.raises(BadAddress) as caught:
        parse(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["", ".", "..", "-", "a/b", "a\0b", "a\udcff"])
def test_names_that_nothing_can_have_are_refused(name: str) -> None:
    with pytest.raises(BadAddress):
        Address(SITE).below(name)


def test_a_path_below_an_address() -> None:
    top = Address(SITE, ("acme",))
    assert top.at("a/b%20c").url == f"{SITE}/acme/a/b%2520c"
    assert top.at("") == top
    with pytest.raises(BadAddress):
        top.at("../other")
