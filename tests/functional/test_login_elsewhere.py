"""People log in by real providers, in the web application: begun, refused, linked."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from webtest import TestApp

from mserve import database, evolve, main
from mserve.openid.directory import Directory
from mserve.people import passwords
from mserve.people.ways import Connect
from mserve.resources.user import User
from mserve.settings import Settings
from tests.functional.oidc_provider import SECRET, Provider, changed, log_in, parameters, provider
from tests.functional.openid_server import openid_server
from tests.unit.tasks.support import RedisServer

SITE = "http://localhost:80"
PASSWORD = "correct horse battery staple"
BACK = "/-/login/oidc/{}/back"


@pytest.fixture(scope="module")
def real() -> Iterator[Provider]:
    places = [
        f"{base}{BACK.format(name)}"
        for name in ("open", "closed")
        for base in (SITE, "http://localhost", "http://localhost/files")
    ]
    with provider(places) as found:
        yield found


@pytest.fixture(scope="module")
def elder() -> Iterator[str]:
    with openid_server() as url:
        yield url


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    server = RedisServer()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def lines(tmp_path: Path, real: Provider, redis: RedisServer) -> dict[str, str]:
    data = tmp_path / "data"
    data.mkdir()
    found = {
        "mserve.data": str(data),
        "zodbconn.uri": f"file://{data}/Data.fs?blobstorage_dir={data}/blobs&blobstorage_layout=bushy",
        "mserve.redis": redis.url,
        "mserve.outside_allow": "127.0.0.1",
        "mserve.openid2": "known",
    }
    for name, terms in (("open", "create"), ("closed", "known")):
        line = f"mserve.oidc.{name}"
        found |= {f"{line}.issuer": real.issuer, f"{line}.client_id": "mserve"}
        found |= {f"{line}.client_secret": SECRET, f"{line}.accounts": terms}
        found |= {f"{line}.label": f"Corp {name}"}
    return found


@pytest.fixture
def app(lines: dict[str, str]) -> Iterator[TestApp]:
    evolve.ensure(Settings.parse(lines))
    wsgi = main({}, **lines)
    app = TestApp(wsgi, extra_environ={"HTTP_ACCEPT": "text/html"})
    yield app
    wsgi.registry._zodb_databases[""].close()


@pytest.fixture
def see(app: TestApp) -> Callable[[Callable[[Any], Any]], Any]:
    db = app.app.registry._zodb_databases[""]
    return lambda function: database.run(db, function)


@pytest.fixture
def anna(see: Any) -> str:
    """The id of a user with a password and no login elsewhere."""

    def make(site: Any) -> str:
        user = User("anna")
        user.email, user.password = "anna@example.com", passwords.hashed(PASSWORD)
        return str(site.users.add(user).id)

    return str(see(make))


def leave(app: TestApp, way: str, **more: str) -> str:
    """Presses the button on the login's page; where the browser goes."""
    page = app.get("/-/login", params=more and {"next": more.pop("next", "")})
    form = next(each for each in page.forms.values() if each.action.endswith(f"/{way}"))
    for name, value in more.items():
        form[name] = value
    away = form.submit()
    target = link_of(away)
    assert away.headers["Refresh"] == f"0;url={target}"
    return target


def link_of(page: Any) -> str:
    found = re.search(r'<a class="button main" href="([^"]+)"', page.text)
    assert found, page.text
    return unescape(found[1])


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def come(app: TestApp, url: str, status: int = 303) -> Any:
    return app.get(path_of(url), status=status)


def who(app: TestApp) -> Any:
    """The name of who is logged in, or None."""
    user = app.get("/-/login", headers={"Accept": "application/json"}).json["user"]
    return user and user["name"]


def enter(app: TestApp, way: str, name: str, **more: str) -> Any:
    """A whole login elsewhere, of who is called `name` there."""
    return come(app, log_in(leave(app, way, **more), name))


def enter_by_password(app: TestApp) -> None:
    form = app.get("/-/login").forms[0]
    form["name"], form["password"] = "anna", PASSWORD
    form.submit(status=303)


def link(app: TestApp, way: str, **more: str) -> str:
    """Presses the button on the account's page; where the browser goes."""
    page = app.get("/-/account")
    fields = {"csrf": page.forms[0]["csrf"].value, "do": "link", "way": way, "password": PASSWORD}
    return link_of(app.post("/-/account", {**fields, **more}, status=200))


def test_who_is_unknown_gets_an_account(app: TestApp, see: Any, real: Provider) -> None:
    app.get("/-/login")
    before = app.cookies["mserve"]
    answer = enter(app, "oidc/open", "zoe")
    assert answer.location == "http://localhost/-/account"
    assert who(app) == "zoe"
    assert app.cookies["mserve"] != before

    def look(site: Any) -> tuple[Any, ...]:
        user = site.users.by_subject(real.issuer, "zoe")
        return user.name, user.email, user.display, user.password, len(site.users.page(9))

    assert see(look) == ("zoe", "zoe@example.com", "zoe by OpenID", None, 1)
    app.reset()
    enter(app, "oidc/open", "zoe")
    assert see(look)[-1] == 1


def test_a_login_ends_the_session_before(app: TestApp) -> None:
    enter(app, "oidc/open", "zoe")
    former = app.cookies["mserve"]
    enter(app, "oidc/open", "yves")
    assert (who(app), app.cookies["mserve"] == former) == ("yves", False)
    app.set_cookie("mserve", former)
    assert who(app) is None


def test_an_account_is_not_found_by_its_address_of_mail(
    app: TestApp, see: Any, anna: str, real: Provider
) -> None:
    """Nor by its name: another account is made, without the address."""
    enter(app, "oidc/open", "anna")
    assert who(app) == "anna-2"
    made = see(lambda site: (site.users.by_subject(real.issuer, "anna").email, site.users.count()))
    assert made == (None, 2)


def test_who_has_to_be_known_is_refused(app: TestApp, see: Any) -> None:
    page = come(app, log_in(leave(app, "oidc/closed"), "zoe"), status=403)
    assert "no account here is linked with that login" in page.text
    assert who(app) is None
    assert see(lambda site: site.users.count()) == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"state": "another"}, "not begun in this browser"),
        ({"state": ""}, "not begun in this browser"),
        ({"code": "another"}, "used already, or is too old"),
        ({"iss": "http://127.0.0.1:9"}, "is not from Corp open"),
        ({"error": "access_denied"}, "have not agreed"),
    ],
)
def test_what_comes_back_otherwise_is_refused(
    app: TestApp, change: dict[str, str], words: str
) -> None:
    back = log_in(leave(app, "oidc/open"), "zoe")
    page = come(app, changed(back, change), status=403)
    assert words in page.text
    assert parameters(back)["code"] not in page.text
    assert who(app) is None


@pytest.mark.parametrize(
    "tampered",
    [{"nonce": "another"}, {"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}],
    ids=["nonce", "challenge"],
)
def test_what_was_changed_on_the_way_is_refused(app: TestApp, tampered: dict[str, str]) -> None:
    back = log_in(changed(leave(app, "oidc/open"), tampered), "zoe")
    come(app, back, status=403)
    assert who(app) is None


def test_an_expired_token_is_refused(app: TestApp, real: Provider) -> None:
    real.stop()
    real.start(late=900)
    try:
        page = enter_refused(app, "oidc/open")
        assert "has expired" in page.text
        assert who(app) is None
    finally:
        real.stop()
        real.start()


def enter_refused(app: TestApp, way: str) -> Any:
    return come(app, log_in(leave(app, way), "zoe"), status=403)


def test_an_answer_counts_once(app: TestApp) -> None:
    back = log_in(leave(app, "oidc/open"), "zoe")
    come(app, back)
    app.reset()
    app.get("/-/login")
    assert "not begun in this browser" in come(app, back, status=403).text
    assert who(app) is None


def test_a_code_counts_once(app: TestApp) -> None:
    """Replayed in a login that was begun rightly."""
    first = log_in(leave(app, "oidc/open"), "zoe")
    come(app, first)
    app.reset()
    second = log_in(leave(app, "oidc/open"), "yves")
    page = come(app, changed(second, {"code": parameters(first)["code"]}), status=403)
    assert "used already" in page.text
    assert who(app) is None


def test_nobody_is_logged_in_by_somebody_elses_answer(app: TestApp) -> None:
    """A link to an answer of one's own, sent to another person's browser."""
    back = log_in(leave(app, "oidc/open"), "mallory")
    victim = TestApp(app.app, extra_environ={"HTTP_ACCEPT": "text/html"})
    victim.get("/-/login")
    come(victim, back, status=403)
    assert who(victim) is None


def test_an_answer_is_for_the_provider_that_was_asked(app: TestApp) -> None:
    back = log_in(leave(app, "oidc/open"), "zoe")
    come(app, back.replace("/oidc/open/", "/oidc/closed/"), status=403)
    assert who(app) is None


def test_a_provider_that_is_down_is_told(app: TestApp, real: Provider) -> None:
    page = app.get("/-/login")
    form = next(each for each in page.forms.values() if each.action.endswith("/oidc/open"))
    back = log_in(leave(app, "oidc/open"), "zoe")
    real.stop()
    try:
        ways = app.app.registry.ways  # as after a restart, when nothing is known of it
        ways["oidc/open"] = Connect(Directory(ways["oidc/open"].directory.provider))
        page = form.submit(status=502)
        assert "cannot be reached" in page.text
        assert page.forms[0]["password"].value == ""
        come(app, back, status=502)
        assert who(app) is None
    finally:
        real.start()


@pytest.mark.parametrize(
    ("path", "target"),
    [("/-/docs", "/-/docs"), ("//evil.example.com/", "/-/account"), ("/\\evil", "/-/account"),
     ("https://evil.example.com/", "/-/account")],
)  # fmt: skip
def test_the_way_on_stays_here(app: TestApp, path: str, target: str) -> None:
    assert enter(app, "oidc/open", "zoe", next=path).location == f"http://localhost{target}"


def test_the_address_to_come_back_to_is_below_the_prefix(app: TestApp) -> None:
    page = app.get("/-/login", extra_environ={"SCRIPT_NAME": "/files"})
    token = page.forms[0]["csrf"].value
    given = {"do": "leave", "csrf": token}
    away = app.post("/-/login/oidc/open", given, extra_environ={"SCRIPT_NAME": "/files"})
    back = parameters(link_of(away))["redirect_uri"]
    assert back == "http://localhost/files/-/login/oidc/open/back"


def test_a_form_of_another_site_begins_nothing(app: TestApp) -> None:
    app.get("/-/login")
    assert "too old" in app.post("/-/login/oidc/open", {"do": "leave"}, status=403).text


def test_a_way_that_is_not_there_is_told(app: TestApp) -> None:
    token = app.get("/-/login").forms[0]["csrf"].value
    for way in ("oidc/none", "oidc", "other"):
        app.post(f"/-/login/{way}", {"do": "leave", "csrf": token}, status=404)


def test_an_account_is_linked_and_unlinked(app: TestApp, anna: str, real: Provider) -> None:
    enter_by_password(app)
    come(app, log_in(link(app, "oidc/closed"), "anna.at.corp"))
    app.reset()
    enter(app, "oidc/closed", "anna.at.corp")
    assert who(app) == "anna"
    page = app.get("/-/account")
    assert "anna.at.corp" in page.text
    given = {"csrf": page.forms[0]["csrf"].value, "do": "unlink", "password": PASSWORD}
    given |= {"issuer": real.issuer, "subject": "anna.at.corp"}
    app.post("/-/account", {**given, "password": "wrong"}, status=403)
    app.post("/-/account", {**given, "subject": "another"}, status=400)
    app.post("/-/account", given, status=303)
    app.reset()
    come(app, log_in(leave(app, "oidc/closed"), "anna.at.corp"), status=403)


def test_a_link_needs_the_password(app: TestApp, anna: str) -> None:
    enter_by_password(app)
    page = app.get("/-/account")
    given = {"csrf": page.forms[0]["csrf"].value, "do": "link", "way": "oidc/closed"}
    app.post("/-/account", {**given, "password": "wrong"}, status=403)


def test_a_link_is_of_who_has_begun_it(app: TestApp, anna: str, see: Any) -> None:
    """Somebody else has logged in meanwhile, in the same browser."""
    enter_by_password(app)
    back = log_in(link(app, "oidc/closed"), "anna.at.corp")
    see(lambda site: site.users.get(anna).end_sessions())
    page = come(app, back, status=403)
    assert "not logged in any more" in page.text
    assert see(lambda site: site.users.get(anna).identities) == ()


def test_a_login_that_is_anothers_is_not_linked(app: TestApp, anna: str, see: Any) -> None:
    enter(app, "oidc/open", "zoe")
    app.reset()
    enter_by_password(app)
    come(app, log_in(link(app, "oidc/closed"), "zoe"), status=409)
    assert see(lambda site: site.users.get(anna).identities) == ()


def test_the_only_way_in_stays(app: TestApp, real: Provider) -> None:
    enter(app, "oidc/open", "zoe")
    page = app.get("/-/account")
    given = {"csrf": page.forms[0]["csrf"].value, "do": "unlink"}
    given |= {"issuer": real.issuer, "subject": "zoe"}
    assert "the only way" in app.post("/-/account", given, status=409).text


def test_a_disabled_account_stays_shut(app: TestApp, see: Any, real: Provider) -> None:
    enter(app, "oidc/open", "zoe")
    app.reset()

    def disable(site: Any) -> None:
        site.users.by_subject(real.issuer, "zoe").disabled = 1

    see(disable)
    page = come(app, log_in(leave(app, "oidc/open"), "zoe"), status=403)
    assert "disabled" in page.text
    assert who(app) is None


def test_the_second_factor_is_asked_for(app: TestApp, see: Any, real: Provider) -> None:
    enter(app, "oidc/open", "zoe")
    app.reset()

    def add(site: Any) -> None:
        site.users.by_subject(real.issuer, "zoe").totp = b"sealed"

    see(add)
    page = come(app, log_in(leave(app, "oidc/open"), "zoe"), status=200)
    assert page.forms[0]["do"].value == "code"
    assert who(app) is None


def test_openid_2_is_linked_and_opens_the_account(app: TestApp, anna: str, elder: str) -> None:
    enter_by_password(app)
    url = link(app, "openid2", identifier=f"{elder}/id/anna")
    come(app, sent_back(url))
    app.reset()
    come(app, sent_back(leave(app, "openid2", identifier=f"{elder}/id/anna")))
    assert who(app) == "anna"


def test_openid_2_of_nobody_is_refused(app: TestApp, elder: str) -> None:
    back = sent_back(leave(app, "openid2", identifier=f"{elder}/id/zoe"))
    assert "no account here is linked" in come(app, back, status=403).text
    assert "not begun in this browser" in come(app, back, status=403).text


def test_openid_2_goes_nowhere_inside(app: TestApp) -> None:
    page = app.get("/-/login")
    form = next(each for each in page.forms.values() if each.action.endswith("/openid2"))
    form["identifier"] = "https://10.0.0.1/"
    page = form.submit(status=403)
    assert "no OpenID that can be used here" in page.text
    form["identifier"] = " "
    form.submit(status=400)


def test_looks_for_openids_are_slowed_down(app: TestApp) -> None:
    page = app.get("/-/login")
    form = next(each for each in page.forms.values() if each.action.endswith("/openid2"))
    form["identifier"] = "https://10.0.0.1/"
    here = {"REMOTE_ADDR": "192.0.2.7"}
    statuses = [form.submit(extra_environ=here, status="*").status_int for _ in range(32)]
    assert (statuses[0], statuses[-1]) == (403, 429)
    assert form.submit(extra_environ={"REMOTE_ADDR": "192.0.2.8"}, status=403)


def sent_back(url: str) -> str:
    return str(httpx.get(url).headers["location"])
