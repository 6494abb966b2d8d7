"""Exchanges: what clients send in turn, in files beside, played to the application as it is.

A file has steps with lines of dashes between them, the last of which tells what there is then:

    PUT ~/letter.txt            `~` is the drive's path; `~~` the same as a whole URL
    If: (<{token}>)             what a former answer has given
                                a blank line, and the body to the answer
    hello
    => 201                      status, and patterns (regular expressions) of what it holds
    ETag: ".+"                  a header
    <getetag>: ".+"             the text of an element, of any namespace
    <href>: none                there is no such element
    token = <locktoken>         is given to later steps

Each request has the key, but with `Authorization: none`. `Transfer-Encoding: chunked` sends a body
whose length is not known.
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

from defusedxml.ElementTree import fromstring
from webob import Request

FOLDER = Path(__file__).parent / "exchanges"
STEP = re.compile(r"^-{3,}.*\n", re.MULTILINE)
PLACE = re.compile(r"(?<!\S)~(?=/|$)")
GIVEN = re.compile(r"(\w+) = <(\w+)>")


@dataclass(frozen=True)
class Step:
    """A request, and the lines of what its answer should be."""

    method: str
    path: str
    headers: dict[str, str]
    body: str
    status: int
    expected: tuple[str, ...]


@dataclass(frozen=True)
class Exchange:
    """All of a file; `left` are the lines of its last step."""

    steps: tuple[Step, ...]
    left: tuple[str, ...]

    @classmethod
    def read(cls, name: str) -> "Exchange":
        *steps, left = STEP.split((FOLDER / f"{name}.txt").read_text())[1:]
        return cls(tuple(map(_step, steps)), tuple(filter(None, left.splitlines())))


def _step(text: str) -> Step:
    asked, status, expected = re.split(r"^=> (\d{3})\n", text, maxsplit=1, flags=re.MULTILINE)
    head, _, body = asked.partition("\n\n")
    first, *lines = head.strip().splitlines()
    method, path = first.split(" ", 1)
    headers = dict(line.split(": ", 1) for line in lines)
    return Step(method, path, headers, body.strip("\n"), int(status), tuple(expected.split("\n")))


class Player:
    """A client with the key as its password."""

    def __init__(self, app: Any, drive: str, key: str) -> None:
        self.app, self.drive = app, drive
        self.authorization = f"Basic {b64encode(f'anyone:{key}'.encode()).decode()}"
        self.known: dict[str, str] = {}

    def play(self, step: Step) -> None:
        answer = self._request(step).send(self.app)
        told = f"{step.method} {step.path}: {answer.status}\n{answer.text[:2000]}"
        assert answer.status_int == step.status, told
        elements = [*_elements(answer)]
        for line in filter(None, step.expected):
            self._judge(line, answer, elements, told)

    def _filled(self, text: str) -> str:
        text = text.replace("~~/", f"http://localhost{self.drive}/")
        for name, value in self.known.items():
            text = text.replace(f"{{{name}}}", value)
        return PLACE.sub(self.drive, text)

    def _request(self, step: Step) -> Request:
        made = Request.blank(quote(self._filled(step.path), safe="/%~$"), method=step.method)
        headers = {"Authorization": self.authorization, **step.headers}
        if headers["Authorization"] == "none":
            del headers["Authorization"]
        made.headers.update({name: self._filled(value) for name, value in headers.items()})
        made.body = self._filled(step.body).encode()
        if "Transfer-Encoding" in headers:
            made.environ |= {"wsgi.input": BytesIO(made.body), "wsgi.input_terminated": True}
            del made.environ["CONTENT_LENGTH"]
        return made

    def _judge(self, line: str, answer: Any, elements: list[Any], told: str) -> None:
        if given := GIVEN.fullmatch(line):
            [self.known[given[1]]] = [text for name, text in elements if name == given[2]]
            return
        name, pattern = line.split(": ", 1)
        if not name.startswith("<"):
            found = [answer.headers.get(name, "none")]
        else:
            found = [text for each, text in elements if f"<{each}>" == name] or ["none"]
        assert any(re.fullmatch(self._filled(pattern), each) for each in found), (line, told)


def _elements(answer: Any) -> Iterator[tuple[str, str]]:
    """The local names and texts of an XML answer's elements; of a href within one, that one's."""
    if not answer.body or not answer.headers.get("Content-Type", "").startswith("application/xml"):
        return
    for each in fromstring(answer.body).iter():
        yield each.tag.rpartition("}")[2], "".join(each.itertext()).strip()
