"""The own account: sessions, password, profile, keys that were given, and API tokens."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from webtest import Upload

from mserve.errors import BadInput
from mserve.people.passwords import check_new
from mserve.resources.key import Gone
from tests.unit.people.conftest import FILES, HTML, PASSWORD, Browser, text
from tests.unit.support import basic

NEW = "seven slow tram windows"


@pytest.fixture
def her(browser: Any, anna: str) -> Browser:
    return browser().login()


def later(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def token(her: Browser, **caveats: Any) -> str:
    document = {"label": "backup", "end": later(days=1), **caveats}
    answer = her.call("POST", "/-/account/tokens", document)
    assert answer.status_int == 201, answer.json
    return str(answer.json["token"])


# What a change needs


def test_a_change_by_the_cookie_needs_its_token(her: Browser, customer: Any, stored: Any) -> None:
    her.call("POST", "/-/account/keys", {"key": customer.key}, status=201)
    before = stored()
    for token in ("", "0" * 64):
        headers = {"X-CSRF-Token": token} if token else {}
        for call in (
            her.app.put(f"{FILES}a.txt", b"x", headers=headers, status=403),
            her.app.post_json(FILES, {"type": "folder", "name": "f"}, headers=headers, status=403),
            her.app.delete(f"{FILES}", headers=headers, status=403),
            her.app.post_json("/-/account/password", {"old": PASSWORD, "new": NEW},
                              headers=headers, status=403),
        ):  # fmt: skip
            assert call.json["type"] == "urn:mserve:problem:csrf"
        form = {"do": "folder", "name": "f", "csrf": token}
        assert her.app.post(FILES, form, headers=HTML, status=403)
        assert her.app.post(f"{FILES}?csrf={token}", upload_files=[("file", "a", b"x")],
                            headers=HTML, status=403)  # fmt: skip
    assert stored() == before
    headers = {"X-CSRF-Token": her.csrf}
    assert her.app.put(f"{FILES}a.txt", b"x", headers=headers, status=201)
    assert her.app.get(f"{FILES}a.txt").body == b"x"


def test_keys_need_no_token_beside_a_cookie(her: Browser, customer: Any) -> None:
    assert her.app.put(f"{FILES}a.txt", b"x", headers=customer.headers, status=201)
    assert her.app.put(f"/k/{customer.key}/b.txt", b"x", status=201)


def test_the_forms_of_pages_carry_the_token(her: Browser, customer: Any) -> None:
    her.call("POST", "/-/account/keys", {"key": customer.key}, status=201)
    answer = her.submit(her.get(FILES), "folder", name="scans", status=303)
    assert answer.location == f"http://localhost{FILES}"
    page = her.get(FILES)
    upload = next(form for form in page.forms.values() if form.enctype == "multipart/form-data")
    upload["file"] = [Upload("cat.txt", b"a cat")]
    assert upload.submit(headers=HTML).status_int == 303
    page = her.get(FILES)
    assert "cat.txt" in page.text and "scans" in page.text and "Anna Arndt" in page.text
    assert page.html.find("meta", {"name": "csrf"})["content"] == her.csrf


def test_the_account_is_no_keys_business(admin: Any, her: Browser, browser: Any) -> None:
    for method, url in (("GET", "/-/account"), ("POST", "/-/account/tokens"),
                        ("DELETE", "/-/account/sessions"), ("GET", "/-/account/keys")):  # fmt: skip
        assert admin(method, url, body=b"{}").status_int in (403, 404)
        assert browser().call(method, url, {} if method == "POST" else None).status_int == 404
    secret = token(her)
    assert her.app.get("/-/account", headers=bearer(secret), status=404)
    assert browser().app.get("/-/account", headers=basic(PASSWORD, "anna"), status=404)


def test_methods_are_told_to_who_may_see_the_account(her: Browser, browser: Any) -> None:
    answer = her.call("PUT", "/-/account/tokens", {})
    assert answer.status_int == 405 and answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert browser().call("PUT", "/-/account/tokens", {}).status_int == 404


# Profile and password


def test_a_name_is_changed_by_page_and_by_rest(her: Browser) -> None:
    assert her.submit(her.get("/-/account"), "profile", display="A. <b>").status_int == 303
    assert "A. &lt;b&gt;" in her.get("/-/account").text
    assert her.call("PATCH", "/-/account", {"display": "Anna"}).json["display"] == "Anna"
    for wrong in ({"display": "a\nb"}, {"name": "eve"}, {"email": "x", "password": PASSWORD}):
        assert her.call("PATCH", "/-/account", wrong).status_int == 400


def test_another_address_needs_the_password_and_is_told_to_the_former(
    her: Browser, browser: Any, mails: Any, make: Any
) -> None:
    make("ben")
    elsewhere = browser().login()
    change = {"email": "new@example.com"}
    assert her.call("PATCH", "/-/account", {**change, "password": "wrong"}).status_int == 403
    assert her.call("PATCH", "/-/account", change).status_int == 403
    taken = {"email": "ben@example.com", "password": PASSWORD}
    assert her.call("PATCH", "/-/account", taken).status_int == 409
    answer = her.call("PATCH", "/-/account", {**change, "password": PASSWORD})
    assert answer.json["email"] == "new@example.com"
    [mail] = mails()
    assert mail["To"] == "anna@example.com" and "another address" in text(mail)
    assert her.state() == "anna" and elsewhere.state() is None


def test_a_new_password_ends_all_other_sessions_and_is_told(
    her: Browser, browser: Any, mails: Any
) -> None:
    elsewhere = browser().login()
    former = her.app.cookies["mserve"]
    answer = her.call("POST", "/-/account/password", {"old": "wrong", "new": NEW})
    assert answer.status_int == 403 and elsewhere.state() == "anna"
    her.call("POST", "/-/account/password", {"old": PASSWORD, "new": NEW}, status=204)
    assert elsewhere.state() is None and her.state() == "anna"
    assert her.app.cookies["mserve"] != former
    assert browser().try_login("anna").status_int == 403
    assert browser().try_login("anna", NEW).status_int == 200
    [mail] = mails()
    assert mail["Subject"] == "Your password was changed" and NEW not in text(mail)


def test_a_password_is_changed_by_the_page(her: Browser, browser: Any) -> None:
    page = her.submit(her.get("/-/account"), "password", old=PASSWORD, new="short", status=400)
    assert "12 to 256 characters" in page.html.find(role="alert").text
    assert her.submit(page, "password", old=PASSWORD, new=NEW).status_int == 303
    assert her.get("/-/account") and browser().try_login("anna", NEW).status_int == 200


@pytest.mark.parametrize(
    "password",
    ["", "elevenchars", "x" * 257, "password1234", "qwertyuiop123", "aaaaaaaaaaaaaaaa",
     "123456789012", "annaarndt1234", "anna@example.com", "abcdefghijklmnop", None, 7],
)  # fmt: skip
def test_passwords_that_would_be_guessed_are_refused(password: Any) -> None:
    with pytest.raises(BadInput):
        check_new(password, "annaarndt", "anna@example.com", "Anna Arndt")


@pytest.mark.parametrize("word", ["annaarndt", "Arndt", "pictures", "MSERVE", "museum"])
def test_words_of_the_user_and_of_the_site_are_refused(word: str) -> None:
    own = ("annaarndt", "a.arndt@museum.org", "Anna B. Arndt", "https://pictures.example.net")
    rare = "gT7#kkq0Lmv2 7 trams"
    assert check_new(rare, *own) == rare
    with pytest.raises(BadInput, match=word.casefold()):
        check_new(f"{rare} {word}", *own)


@pytest.mark.parametrize(
    "password", [NEW, "gT7#kkq0Lmv2", "łódź żółw jaźń", " spaces at ends ", "x7 🐢 öß ∑ q4 zn",
                 "d8f0a9b3c7" * 20, "only lower case words here"],
)  # fmt: skip
def test_passwords_need_no_sorts_of_signs(password: str) -> None:
    assert check_new(password, "annaarndt") == password


# Sessions


def test_sessions_are_seen_and_ended(her: Browser, browser: Any, make: Any) -> None:
    other = browser("203.0.113.7").login()
    make("ben")
    ben = browser().login("ben")
    found = her.call("GET", "/-/account/sessions").json["items"]
    assert [each["current"] for each in found] == [False, True]
    assert found[0]["address"] == "203.0.113.7"
    assert ben.call("DELETE", f"/-/account/sessions/{found[0]['id']}").status_int == 404
    assert other.state() == "anna"
    assert her.call("DELETE", f"/-/account/sessions/{found[0]['id']}").status_int == 204
    assert other.state() is None and her.state() == "anna"
    other.login()
    her.submit(her.get("/-/account"), "end-session")
    assert other.state() is None
    other.login()
    assert her.call("DELETE", "/-/account/sessions").status_int == 204
    assert her.state() is None and other.state() is None and ben.state() == "ben"
    again = her.login()
    other.login()
    assert again.submit(again.get("/-/account"), "logout-everywhere").status_int == 303
    assert her.state() is None and other.state() is None


# Keys that were given


def test_a_key_is_kept_from_its_page_and_opens_the_tree(
    her: Browser, customer: Any, browser: Any
) -> None:
    assert her.get(FILES, status=404)
    page = her.get(f"/k/{customer.key}/")
    assert her.submit(page, "keep").location == "http://localhost/-/account"
    assert "Keep this" not in her.get(f"/k/{customer.key}/").text
    assert "Keep this" not in browser().get(f"/k/{customer.key}/").text
    account = her.get("/-/account")
    assert her.app.get(account.html.find("a", string=FILES)["href"], headers=HTML)
    assert her.call("GET", f"{FILES}-/info").json["name"] == "files"
    assert her.get("/", status=404) and her.get("/demo/", status=404)


def test_a_key_that_got_a_new_secret_can_be_kept_again(
    her: Browser, customer: Any, made: Any
) -> None:
    key = made("mfileowner")
    kept = her.call("POST", "/-/account/keys", {"key": key.key, "label": "Mine"}).json["id"]
    new = customer.json("POST", f"{FILES}-/keys/{kept}", {"grace": 60}).json["key"]
    page = her.get(f"/k/{new}/")
    her.submit(page, "keep")
    assert her.call("GET", "/-/account/keys").json["items"][0]["called"] == "Mine"
    for secret in (new, key.key):  # the former one is nothing to come back to
        assert "Keep this" not in her.get(f"/k/{secret}/").text
    customer.json("POST", f"{FILES}-/keys/{kept}", {})
    assert her.call("GET", f"{FILES}-/info").status_int == 404


def test_keys_are_listed_called_and_dropped(her: Browser, customer: Any) -> None:
    url = f"http://localhost/k/{customer.key}/photos/?x"
    made = her.call("POST", "/-/account/keys", {"key": url, "label": "Photos"}).json
    assert (made["called"], made["role"]) == ("Photos", "servicecustomer") and "key" not in made
    place = f"/-/account/keys/{made['id']}"
    assert her.call("PATCH", place, {"label": "Pictures"}).json["called"] == "Pictures"
    assert her.submit(her.get("/-/account"), "label", label="Films").status_int == 303
    [listed] = her.call("GET", "/-/account/keys").json["items"]
    assert listed["called"] == "Films" and customer.key not in str(listed)
    assert her.call("DELETE", place).status_int == 204
    assert her.call("DELETE", place).status_int == 404
    assert her.call("GET", f"{FILES}-/info").status_int == 404
    assert customer("GET", f"{FILES}-/info").status_int == 200


def test_only_a_key_that_works_can_be_kept(her: Browser, made: Any, customer: Any) -> None:
    gone = made("mfilereadonly")
    customer("DELETE", f"{FILES}-/keys/{gone.id}")
    for wrong in ("", "guess", gone.key, f"{customer.key}x", "ü", "x" * 5000):
        answer = her.call("POST", "/-/account/keys", {"key": wrong})
        assert answer.status_int == 400, wrong
    page = her.submit(her.get("/-/account"), "keep", key="guess", status=400)
    assert "no key that works" in page.html.find(role="alert").text


def test_a_kept_key_ends_as_it_does_elsewhere(her: Browser, made: Any, customer: Any) -> None:
    reader = made("mfilereadonly")
    her.call("POST", "/-/account/keys", {"key": reader.key}, status=201)
    assert her.call("GET", f"{FILES}-/info").status_int == 200
    assert her.app.put(f"{FILES}a", b"x", headers={"X-CSRF-Token": her.csrf}, status=403)
    customer("DELETE", f"{FILES}-/keys/{reader.id}")
    assert her.call("GET", f"{FILES}-/info").status_int == 404
    [listed] = her.call("GET", "/-/account/keys").json["items"]
    assert listed["works"] is False
    assert her.get("/-/account").html.find(attrs={"data-state": "ended"})


def test_a_profile_holds_nothing_of_what_was_removed_for_good(
    her: Browser, admin: Any, customer: Any, see: Any, anna: str
) -> None:
    her.call("POST", "/-/account/keys", {"key": customer.key, "label": "Files"}, status=201)
    assert admin("DELETE", f"{FILES}?recursive=true").status_int == 204
    assert her.call("GET", FILES).status_int == 404
    [listed] = her.call("GET", "/-/account/keys").json["items"]
    assert (listed["called"], listed["works"]) == ("Files", False) and listed["revoked"]
    assert her.get("/-/account").html.find(attrs={"data-state": "ended"})
    kept = see(lambda site: [type(key.__parent__) for key in site.users.get(anna).kept()])
    assert kept == [Gone]


def test_any_one_key_of_the_profile_is_enough(her: Browser, made: Any) -> None:
    for role in ("mfilereadonly", "auditor"):
        her.call("POST", "/-/account/keys", {"key": made(role, FILES).key}, status=201)
    assert her.call("GET", f"{FILES}-/usage").status_int == 200  # the auditor's
    assert her.get(FILES)


def test_where_the_budget_of_one_key_is_spent_the_next_one_pays(
    her: Browser, made: Any, customer: Any
) -> None:
    customer("PUT", f"{FILES}a.txt", body=b"twelve bytes")
    url = "/-/account/keys"

    def keep(**budgets: int) -> None:
        key = made("mfilereadwrite", **budgets).key
        her.call("POST", url, {"key": key}, status=201)

    def asked(method: str, name: str, body: bytes = b"") -> int:
        headers = {"X-CSRF-Token": her.csrf}
        answer = her.app.request(
            f"{FILES}{name}", method=method, headers=headers, body=body, expect_errors=True
        )
        return int(answer.status_int)

    for most in (11, 12, 23):
        keep(bytes_in=9, bytes_out=most)
    assert [asked("GET", "a.txt") for _ in range(3)] == [200, 200, 403]
    assert [asked("PUT", f"{each}.txt", b"6 byte") for each in range(4)] == [201, 201, 201, 403]
    assert asked("PUT", "more.txt", b"3 b") == 201
    for each in her.call("GET", url).json["items"]:
        her.call("DELETE", f"{url}/{each['id']}", status=204)
    keep(uses=1)
    keep(uses=2)
    assert [asked("HEAD", "a.txt") for _ in range(4)] == [200, 200, 200, 403]


def test_services_of_ones_own_are_listed(her: Browser, admin: Any, customer: Any) -> None:
    her.call("POST", "/-/account/keys", {"key": customer.key}, status=201)
    assert her.call("GET", "/-/account").json["services"] == []
    keys = admin.json("POST", "/demo/", {"name": "films"}).json["keys"]
    owner = next(each["key"] for each in keys if each["role"] == "serviceadmin")
    her.call("POST", "/-/account/keys", {"key": owner}, status=201)
    [service] = her.call("GET", "/-/account").json["services"]
    assert service == {
        "name": "films", "url": "http://localhost/demo/films/", "role": "serviceadmin",
    }  # fmt: skip
    assert her.get("/-/account").html.find("h2", string="Your services")


def test_a_key_made_by_a_person_says_so(her: Browser, customer: Any, anna: str) -> None:
    her.call("POST", "/-/account/keys", {"key": customer.key}, status=201)
    answer = her.call("POST", f"{FILES}-/keys", {"role": "mfilereadonly"})
    assert answer.json["maker"] == f"user:{anna}"


# Programs


def test_http_basic_with_the_password_does_what_the_profile_allows(
    her: Browser, browser: Any, customer: Any, app: Any
) -> None:
    her.call("POST", "/-/account/keys", {"key": customer.key}, status=201)
    program = browser()
    headers = basic(PASSWORD, "Anna")
    assert program.app.put(f"{FILES}a.txt", b"x", headers=headers, status=201)
    assert program.app.get(f"{FILES}a.txt", headers=headers).body == b"x"
    assert program.app.get(FILES, headers=basic(customer.key, "anna"))  # a key stays a key
    assert program.app.get(FILES, headers=basic("wrong", "anna"), status=404)
    cross = {**headers, "Sec-Fetch-Site": "cross-site"}
    assert program.app.put(f"{FILES}b.txt", b"x", headers=cross, status=404)


def test_a_token_does_what_its_user_may_narrowed_by_caveats(
    her: Browser, browser: Any, customer: Any
) -> None:
    her.call("POST", "/-/account/keys", {"key": customer.key}, status=201)
    program = browser().app
    full, reader = token(her), token(her, permissions=["view", "read"])
    folder = her.call("POST", FILES, {"type": "folder", "name": "in"}).json["id"]
    inside = token(her, node=folder)
    assert program.put(f"{FILES}a.txt", b"x", headers=bearer(full), status=201)
    assert program.get(f"{FILES}a.txt", headers=bearer(reader)).body == b"x"
    assert program.get(f"{FILES}a.txt", headers=basic(reader, "any"), status=200)
    assert program.put(f"{FILES}b.txt", b"x", headers=bearer(reader), status=403)
    assert program.get(f"{FILES}a.txt", headers=bearer(inside), status=404)
    assert program.put(f"{FILES}in/b.txt", b"x", headers=bearer(inside), status=201)
    methods = token(her, methods=["GET"])
    assert program.put(f"{FILES}b.txt", b"x", headers=bearer(methods), status=403)


def test_a_token_is_shown_once_and_ends(
    her: Browser, browser: Any, customer: Any, see: Any, settings: Any, mails: Any
) -> None:
    her.call("POST", "/-/account/keys", {"key": customer.key}, status=201)
    secret = token(her)
    assert secret.encode() not in (settings.data / "Data.fs").read_bytes()
    [listed] = her.call("GET", "/-/account/tokens").json["items"]
    assert secret not in str(listed) and listed["label"] == "backup"
    assert [mail["Subject"] for mail in mails()] == ["An API token was made"]
    assert secret not in text(mails()[0])
    program = browser().app
    assert program.get(FILES, headers=bearer(secret), status=200)
    assert her.call("DELETE", f"/-/account/tokens/{listed['id']}").status_int == 204
    assert program.get(FILES, headers=bearer(secret), status=404)
    assert her.call("DELETE", f"/-/account/tokens/{listed['id']}").status_int == 404
    for wrong in ({"label": "x"}, {"label": "x", "end": later(days=-1)}, {"end": later(days=1)}):
        assert her.call("POST", "/-/account/tokens", wrong).status_int == 400


def test_tokens_are_made_and_revoked_by_the_page(her: Browser, browser: Any, customer: Any) -> None:
    her.call("POST", "/-/account/keys", {"key": customer.key}, status=201)
    page = her.submit(
        her.get("/-/account"), "make-token", label="phone", role="mfilereadonly", days="7"
    )
    secret = page.html.find("pre").text
    program = browser().app
    assert program.get(FILES, headers=bearer(secret), status=200)
    assert program.put(f"{FILES}a", b"x", headers=bearer(secret), status=403)
    account = her.get("/-/account")
    assert secret not in account.text and "in 7 days" in account.text
    her.submit(account, "revoke-token")
    assert program.get(FILES, headers=bearer(secret), status=404)


def test_a_disabled_user_has_nothing(
    her: Browser, browser: Any, customer: Any, see: Any, anna: str
) -> None:
    her.call("POST", "/-/account/keys", {"key": customer.key}, status=201)
    secret = token(her)
    see(lambda site: setattr(site.users.get(anna), "disabled", 1))
    program = browser().app
    assert her.call("GET", FILES).status_int == 404 and her.state() is None
    assert program.get(FILES, headers=bearer(secret), status=404)
    assert program.get(FILES, headers=basic(PASSWORD, "anna"), status=404)
    assert customer("GET", FILES).status_int == 200
