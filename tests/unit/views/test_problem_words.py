"""Problems on pages are told in the reader's language; to programs in English."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import mserve
from mserve.exceeded import WORDS, Exceeded
from mserve.resources.caveats import Caveats
from mserve.views.caveats import said_of
from mserve.views.html.languages import localizer, read
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
    told = "later changes stand on it: where it was has been removed"
    assert translated(english_reader(), told) == told
    assert translated(english_reader(), "x" * 5000) is None
    assert translated(english_reader(), "nobody says this") is None


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
    "does not hold: ",
    "on it may again",
)
"""Texts that are put together of parts; the next test has each."""


def said() -> Iterator[str]:
    role = "the role auditor of this key does not allow this"
    yield f"{role}, or a caveat of it leaves out the permission"
    for caveat, caveats in (("start", Caveats(start=5)), ("end", Caveats(end=5))):
        yield said_of(SimpleNamespace(caveat=caveat, link=SimpleNamespace(caveats=caveats)))
    for metric, asked in product(WORDS, (0, 7)):
        yield Exceeded("service", "x", metric, 5, 5, asked, None).words
        yield Exceeded("service", "x", metric, 5, 5, asked, "2026-12-01T00:00:00Z").words


@pytest.mark.parametrize("text", [*said()])
def test_what_is_put_together_is_known(text: str) -> None:
    assert translated(english_reader(), text) == text


@pytest.mark.parametrize("text", [*said()])
def test_no_part_of_what_is_put_together_stays_english(text: str) -> None:
    told = translated(german_reader(), text)
    assert told and not re.search(r"\b(the|of|may|this|key|nothing|bytes a|files)\b", told)


def test_names_for_machines_are_not_told_to_people() -> None:
    told = translated(german_reader(), "this key may not write here")
    assert told == "dieser Schlüssel hat hier das Recht „ändern“ nicht"
    told = translated(german_reader(), "a service cannot be put into a folder")
    assert told and "service" not in told and "Dienst" in told and "Ordner" in told


UPLOADS_AND_BATCHES = (
    "errors.py", "ingest/folders.py", "ingest/leftovers.py", "ingest/places.py", "ingest/store.py",
    "resources/copying.py", "resources/names.py", "resources/partial.py", "resources/spool.py",
    "spending.py", "views/announced.py", "views/api/batch.py", "views/api/files.py",
    "views/api/nodes.py", "views/api/upload_steps.py", "views/api/uploads.py",
    "views/content/zip.py", "views/form_parts.py", "views/incoming.py", "views/media_types.py",
    "views/pieces.py", "views/preconditions.py", "views/receive.py", "views/targets.py",
    "views/traversal.py", "views/tus.py",
)  # fmt: skip
"""Where what a page's uploads and batch actions are refused for is raised."""
TO_PROGRAMS = {
    "{} bytes are missing from a blob",
    '{} should be * or entity tags in quotes, for example "6dfc0a0b"',
    "{} should be a whole number of bytes, for example 1024",
    "{} should be for example MD5:{}, in hexadecimal",
    "{} should be for example sha-256=:{}:",
    "{} should be for example sha256 <base64>; there are {}",
    "{}: {} is {} bytes in base64 or hex",
    "{}: {} is {} bytes in base64, for example {}",
    "Upload-Length was {} and cannot be changed",
    "Upload-Metadata: the value of {} should be UTF-8 text in base64, for example filename"
    " cGhvdG8uanBn",
    "a piece of an upload has the Content-Type {}",
    "an operation should be a JSON object",
    "another {} was announced; it cannot be changed",
    "parts of a file come by tus at <folder>/-/uploads, not by Content-Range",
    "recursive should be true or false",
    "say Upload-Length, or Upload-Defer-Length: 1 where it is not known yet",
    "say Upload-Offset: the number of bytes that are here already",
    "say X-HTTP-Method-Override: {}",
    "say how long the body is: Content-Length, or chunked encoding",
    "send the bytes as they are, without Content-Encoding",
    'should be "folder"; files come as multipart/form-data or by PUT',
    "the body should be multipart/form-data with files, or a JSON object",
}
"""What no page's own request can be refused for, as these are well-formed."""


def test_what_uploads_and_batch_actions_are_refused_for_is_known() -> None:
    folder = Path(mserve.__file__).parent
    texts = {text for file in UPLOADS_AND_BATCHES for text in raised(folder / file)}
    unknown = {each for each in texts if not translated(german_reader(), each.replace("{}", "7"))}
    assert unknown == TO_PROGRAMS


def raised(file: Path) -> Iterator[str]:
    """The details of the errors that a module raises, with `{}` for each value."""
    for node in ast.walk(ast.parse(file.read_text())):
        call = node.exc if isinstance(node, ast.Raise) else node
        if not isinstance(call, ast.Call) or not call.args:
            continue
        if isinstance(node, ast.Raise) or ast.unparse(call.func) == "super().__init__":
            yield from filter(None, [literal(call.args[0])])


def literal(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(literal(each) or "{}" for each in node.values)
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) else ""


def english_reader() -> Any:
    """Has everything said as it is, as if that were German."""
    same = SimpleNamespace(translate=lambda text, domain: text)
    return SimpleNamespace(locale_name="de", localizer=same)


@cache
def german_reader() -> Any:
    return SimpleNamespace(locale_name="de", localizer=localizer("de", read("de")))


@cache
def code() -> str:
    """With texts that go over several lines joined, and quotes without backslashes."""
    folder = Path(mserve.__file__).parent
    files = (file for file in folder.rglob("*.py") if file.name != "problem_words.py")
    joined = (re.sub(r'"\s*\n\s*f?"', "", file.read_text()) for file in files)
    return "\n".join(joined).replace('\\"', '"')
