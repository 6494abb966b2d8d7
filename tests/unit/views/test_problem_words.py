"""Problems on pages are told in the reader's language; to programs in English."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import mserve
from mserve.exceeded import Exceeded
from mserve.resources.caveats import Caveats
from mserve.views.caveats import said_of
from mserve.views.html.problem_words import HEADER, PLACE, TEXTS, translated

FILES = "/demo/files/"
GERMAN = {"Accept": "text/html", "Accept-Language": "de"}


def detail(answer: Any) -> Any:
    return answer.html.find(class_="detail")


def test_a_page_says_in_german_what_is_wrong_and_what_would_be_right(customer: Any) -> None:
    customer("PUT", f"{FILES}cat.txt", body=b"x")
    body = b"do=folder&name=cat.txt"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = customer("POST", FILES, body=body, headers={**GERMAN, **kind})
    assert answer.status_int == 409
    assert detail(answer).text == "Hier gibt es schon etwas, das 'cat.txt' heißt"
    assert not detail(answer).get("lang") and "Nichts wurde geändert" in answer
    answer = customer("POST", FILES, body=b"do=folder&name=..", headers={**GERMAN, **kind})
    assert "'..' gehört dem System" in detail(answer).text


def test_what_is_not_known_in_german_is_marked_as_english(customer: Any) -> None:
    answer = customer("GET", f"{FILES}-/usage?time=x", headers=GERMAN)
    assert answer.status_int == 400 and detail(answer)["lang"] == "en"


def test_programs_are_told_in_english_and_scripts_both(customer: Any) -> None:
    asked = {"type": "folder", "name": "a/b"}
    english = customer.json("POST", FILES, asked, **{"Accept-Language": "de"})
    assert "said" not in english.json
    both = customer.json("POST", FILES, asked, **{"Accept-Language": "de", HEADER: "de"})
    assert both.json["detail"] == english.json["detail"]
    assert both.json["said"] != both.json["detail"]


def test_the_longest_text_is_taken_and_what_is_in_it_is_said_too(app: Any) -> None:
    class Request:
        locale_name = "de"
        localizer = type("L", (), {"translate": staticmethod(lambda text, domain: text)})

    told = "later changes stand on it: where it was has been removed"
    assert translated(Request, told) == told
    assert translated(Request, "x" * 5000) is None
    assert translated(Request, "nobody says this") is None


@pytest.mark.parametrize("text", TEXTS)
def test_each_text_is_one_that_mserve_says(text: str) -> None:
    """By its longest part without a place, which stands so in the code."""
    part = max(PLACE.split(str(text))[::2], key=len)
    found = part.strip() in code() or any(each in str(text) for each in COMPOSED)
    assert found, part


COMPOSED = (
    "need the token of their session",
    "of this key does not allow this, or",
    "does not work before",
    "has ended at",
    "which are used up",
    "which leaves no room for",
)
"""Texts that are put together of parts; the next test has each."""


def said() -> Iterator[str]:
    role = "the role auditor of this key does not allow this"
    yield f"{role}, or a caveat of it leaves out the permission"
    for caveat, caveats in (("start", Caveats(start=5)), ("end", Caveats(end=5))):
        yield said_of(SimpleNamespace(caveat=caveat, link=SimpleNamespace(caveats=caveats)))
    for asked in (0, 7):
        yield Exceeded("service", "files", "file", 5, 5, asked, None).words
        yield Exceeded("service", "x", "ingest", 5, 5, asked, "2026-12-01T00:00:00Z").words


@pytest.mark.parametrize("text", [*said()])
def test_what_is_put_together_is_known(text: str) -> None:
    class Request:
        locale_name = "de"
        localizer = SimpleNamespace(translate=lambda text, domain: text)

    assert translated(Request, text) == text


@cache
def code() -> str:
    """With texts that go over several lines joined, and quotes without backslashes."""
    folder = Path(mserve.__file__).parent
    files = (file for file in folder.rglob("*.py") if file.name != "problem_words.py")
    joined = (re.sub(r'"\s*\n\s*f?"', "", file.read_text()) for file in files)
    return "\n".join(joined).replace('\\"', '"')
