"""Pages speak the reader's language; what they say in another one is complete."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from pyramid.interfaces import ILocalizer

from mserve.views.html.languages import FOLDER, NAMES, SOURCE, localizer, read, scripted
from mserve.views.html.words import Words

HTML = {"Accept": "text/html"}
OTHERS = sorted(NAMES.keys() - {SOURCE})
ROOT = Path(__file__).parents[3]
PLACE = re.compile(r"%\(\w+\)s")


@pytest.fixture(scope="module")
def said(tmp_path_factory: Any) -> Any:
    """The catalog of all that templates, scripts and Python say."""
    pot = tmp_path_factory.mktemp("messages") / "mserve.pot"
    command = [str(Path(sys.executable).parent / "pybabel"), "-q", "extract"]
    command += ["-F", str(ROOT / "babel.toml"), "-o", str(pot), "."]
    subprocess.run(command, cwd=ROOT / "mserve" / "views", check=True)
    with pot.open("rb") as file:
        return read_po(file)


@pytest.mark.parametrize("language", OTHERS)
def test_all_is_translated_and_nothing_else(language: str, said: Any) -> None:
    catalog = read(language)
    assert {each.id for each in catalog if each.id} == {each.id for each in said if each.id}
    for each in (each for each in catalog if each.id):
        texts = each.string if each.pluralizable else [each.string]
        assert all(texts) and not each.fuzzy, f"{each.id} lacks its {language}: make messages"
        ids = each.id if each.pluralizable else [each.id]
        assert all({*PLACE.findall(t)} == {*PLACE.findall(ids[0])} for t in texts), each.id


@pytest.mark.parametrize("language", OTHERS)
def test_what_scripts_say_goes_to_them(language: str, said: Any) -> None:
    assert {file.stem for file in FOLDER.glob("*.po")} == {*OTHERS}
    words = scripted(read(language)).decode()
    assert '"Undo":' in words and '"Skip to the content":' not in words


def test_a_browser_is_answered_in_the_language_that_it_prefers(customer: Any, app: Any) -> None:
    german = customer("GET", "/demo/files/", headers=HTML | {"Accept-Language": "fr, de;q=0.8"})
    assert german.html.html["lang"] == "de" and "Dateien wählen" in german.text
    assert "Accept-Language" in german.headers["Vary"]
    english = customer("GET", "/demo/files/", headers=HTML | {"Accept-Language": "fr"})
    assert english.html.html["lang"] == "en" and "Choose files" in english.text


def test_what_no_catalog_knows_is_said_as_it_is(app: Any) -> None:
    localizer = app.app.registry.getUtility(ILocalizer, name="de")
    assert localizer.translate("task/of my own", "mserve") == "task/of my own"
    assert localizer.translate("Undo", "mserve") == "Rückgängig"


def test_a_choice_outlasts_the_page(customer: Any, app: Any) -> None:
    page = customer("GET", "/demo/files/", headers=HTML)
    form = next(each for each in page.forms.values() if each.action.endswith("/-/language"))
    answer = form.submit("language", index=[*NAMES].index("de"), headers=HTML, status=303)
    assert answer.location == "http://localhost/demo/files/"
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    page = customer("GET", "/demo/files/", headers=HTML)
    assert page.html.html["lang"] == "de"
    script = page.html.find("link", rel="preload")["href"]
    assert app.get(script, status=200).json["Undo"] == "Rückgängig"


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"language": "tlh", "next": "/"}, 400), ({"next": "/"}, 400), ({}, 400)],
)
def test_what_no_page_is_written_in_is_refused(app: Any, fields: Any, status: int) -> None:
    app.post("/-/language", fields, headers=HTML, status=status)


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example/", "evil"])
def test_it_leads_nowhere_else(app: Any, onward: str) -> None:
    answer = app.post("/-/language", {"language": "de", "next": onward}, headers=HTML, status=303)
    assert answer.location == "http://localhost/"


def test_a_page_of_another_site_cannot_choose(app: Any) -> None:
    headers = HTML | {"Sec-Fetch-Site": "cross-site"}
    app.post("/-/language", {"language": "de", "next": "/"}, headers=headers, status=403)


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_in_no_catalog_stays_as_it_is(language: str) -> None:
    words = Words(localizer(language, read(language)))
    assert words.state("of another kind") == "of another kind"
    assert words.state("ready") != "ready"
