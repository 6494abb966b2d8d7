"""What a child may be called: the same over PUT, POST and PATCH, and a refusal stores nothing."""

from typing import Any
from urllib.parse import quote

from tests.unit.support import call, form

FILES = "/demo/files"
BAD = {
    "a dot": ".",
    "two dots": "..",
    "a dash": "-",
    "a NUL": "a\0b",
    "256 bytes": "n" * 256,
    "300 bytes": "n" * 300,
    "256 bytes of two-byte letters": "é" * 128,
}
SLASH = {"a slash": "a/b", "a slash alone": "/"}
EMPTY = {"nothing": ""}
FORM = "multipart/form-data; boundary=XX"
GOOD = [
    "@@x", "jobs", "usage", "keys", "@eaDir", " ", "a%20b", "%", "%2F", ";", "a;b=c", "?", "#",
    "😀", "ÅÉ", "a&b=c", "+", "'\"", "\\", "a\nb", "\u202egpj.exe", "dav", "k", "content",
    "--", "...", "-.", "~", "n" * 255, "é" * 127, ":", "C:\\x", "<script>", "\x7f", "*",
]  # fmt: skip


def address(name: str, folder: str = FILES) -> str:
    return f"{folder}/{quote(name, safe='')}"


def refused(answer: Any, status: int = 400) -> str:
    """The words of a problem document with that status."""
    assert answer.status_int == status, answer.body
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == status and answer.json["title"]
    return str(answer.json["detail"])


def test_a_bad_name_is_refused_by_put(customer: Any, stored: Any, subtests: Any) -> None:
    before = stored()
    for kind, name in BAD.items():
        with subtests.test(kind):
            assert "name" in refused(customer("PUT", address(name), body=b"x"))
            assert stored() == before


def test_a_bad_name_of_a_folder_on_the_way_is_refused(
    customer: Any, stored: Any, subtests: Any
) -> None:
    before = stored()
    for kind, name in BAD.items():
        with subtests.test(kind):
            url = f"{FILES}/new/{quote(name, safe='')}/file.txt"
            assert "name" in refused(customer("PUT", url, body=b"x"))
            assert stored() == before


def test_a_bad_name_of_a_new_folder_is_refused(customer: Any, stored: Any, subtests: Any) -> None:
    before = stored()
    for kind, name in (BAD | SLASH | EMPTY).items():
        with subtests.test(kind):
            answer = customer.json("POST", f"{FILES}/", {"type": "folder", "name": name})
            assert "name" in refused(answer)
            assert stored() == before


def test_what_is_no_text_is_no_name(customer: Any, stored: Any, subtests: Any) -> None:
    before = stored()
    for name in ("\ud800", 5, None, ["a"], {"a": 1}, True):
        with subtests.test(repr(name)):
            answer = customer.json("POST", f"{FILES}/", {"type": "folder", "name": name})
            assert "name" in refused(answer)
            assert stored() == before


def test_a_bad_name_in_a_form_is_refused_and_so_are_the_files_beside_it(
    customer: Any, stored: Any, subtests: Any
) -> None:
    before = stored()
    for kind, name in BAD.items():
        with subtests.test(kind):
            body = form(("good.txt", b"1"), (name, b"2"))
            refused(customer("POST", f"{FILES}/", body=body, content_type=FORM))
            assert stored() == before


def test_a_form_that_is_broken_is_refused(customer: Any, stored: Any, subtests: Any) -> None:
    before = stored()
    good = form(("good.txt", b"1"), ("b.txt", b"2"))
    broken = {
        "nothing": b"",
        "no boundary in it": b"hello",
        "no end": good[:-6],
        "half": good[: len(good) // 2],
        "a name that is no UTF-8": good.replace(b"b.txt", b"\xff.txt"),
        "a head that is too long": good.replace(b"b.txt", b"b" * 100_000),
        "no head": good.replace(b"Content-Disposition", b"X"),
        "no file": good.replace(b"filename=", b"other="),
        "a name without text": form(("", b"1")),
    }
    for kind, body in broken.items():
        with subtests.test(kind):
            refused(customer("POST", f"{FILES}/", body=body, content_type=FORM))
            assert stored() == before
    for kind in ("multipart/form-data", "multipart/form-data; boundary=", "text/plain", ""):
        with subtests.test(kind):
            refused(customer("POST", f"{FILES}/", body=good, content_type=kind))
            assert stored() == before


def test_a_bad_new_name_is_refused(customer: Any, stored: Any, subtests: Any) -> None:
    customer("PUT", f"{FILES}/a", body=b"x")
    before = stored()
    for kind, name in (BAD | SLASH | EMPTY).items():
        with subtests.test(kind):
            assert "name" in refused(customer.json("PATCH", f"{FILES}/a", {"name": name}))
            assert stored() == before
    assert customer("GET", f"{FILES}/a").body == b"x"


def test_a_container_has_a_good_name_that_is_no_door(
    admin: Any, stored: Any, subtests: Any
) -> None:
    before = stored()
    for name in (*BAD.values(), *SLASH.values(), "dav", "k", ""):
        with subtests.test(name):
            refused(admin.json("POST", "/", {"name": name}))
            refused(admin.json("PATCH", "/demo/", {"name": name}))
            assert stored() == before


def test_a_service_has_a_good_name(admin: Any, stored: Any, subtests: Any) -> None:
    before = stored()
    for name in (*BAD.values(), *SLASH.values(), ""):
        with subtests.test(name):
            refused(admin.json("POST", "/demo/", {"name": name}))
            refused(admin.json("PATCH", f"{FILES}/", {"name": name}))
            assert stored() == before


def test_a_path_that_is_no_utf8_is_refused(customer: Any, stored: Any, subtests: Any) -> None:
    before = stored()
    for method in ("PUT", "GET", "DELETE", "PATCH", "POST"):
        for path in ("/demo/files/%ff", "/%ff/a", "/demo/files/a/%c3/b"):
            with subtests.test(f"{method} {path}"):
                assert "UTF-8" in refused(customer(method, path, body=b"{}"))
                assert stored() == before


def test_a_path_below_a_key_that_is_no_utf8_is_refused(app: Any, customer: Any) -> None:
    answer = call(app, "PUT", f"/k/{customer.key}/%ff", b"x", CONTENT_LENGTH="1")
    assert answer.status_int == 400 and "UTF-8" in answer.json["detail"]


def test_a_strange_name_is_a_name(customer: Any, subtests: Any) -> None:
    for name in GOOD:
        with subtests.test(name):
            made = customer("PUT", address(name), body=b"bytes")
            assert made.status_int == 201
            assert made.json["name"] == name
            assert customer("GET", made.json["url"]).body == b"bytes"
            assert customer("GET", made.headers["Location"]).body == b"bytes"
            assert customer("GET", made.json["links"]["info"]).json["name"] == name
            [item] = customer("GET", f"{FILES}/").json["items"]
            assert item["name"] == name
            customer.json("PATCH", made.json["url"], {"name": "plain"})
            back = customer.json("PATCH", f"{FILES}/plain", {"name": name})
            assert back.json["url"] == made.json["url"]
            assert customer("DELETE", made.json["url"]).status_int == 204
            assert customer("GET", made.json["url"]).status_int == 404


def test_a_folder_may_have_a_strange_name(customer: Any, subtests: Any) -> None:
    for name in GOOD:
        with subtests.test(name):
            folder = customer.json("POST", f"{FILES}/", {"type": "folder", "name": name}).json
            inner = customer("PUT", address(name, folder["url"].rstrip("/")), body=b"deep")
            assert customer("GET", inner.json["url"]).body == b"deep"
            [item] = customer("GET", folder["url"]).json["items"]
            assert item["url"] == inner.json["url"]


def test_a_strange_name_in_a_form_is_a_name(customer: Any, subtests: Any) -> None:
    for name in (each for each in GOOD if each.isprintable() and not {*'"\\'} & {*each}):
        with subtests.test(name):
            body = form((name, b"bytes"))
            answer = customer("POST", f"{FILES}/", body=body, content_type=FORM)
            assert answer.status_int == 201, answer.json
            [item] = answer.json["items"]
            assert item["name"] == name
            assert customer("GET", item["url"]).body == b"bytes"


def test_there_is_no_view_with_at_signs(customer: Any) -> None:
    assert customer("GET", f"{FILES}/@@info").status_int == 404
    assert customer("GET", f"{FILES}/-/@@info").status_int == 404
