"""A real OpenID Connect provider, npm's oidc-provider, as a process; and a person's browser."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from tests.functional import npm
from tests.functional.ports import free_port
from tests.mortal import mortal

FOLDER = Path(__file__).parent / "oidc"
SECRET = "a secret that is long enough for an HMAC"
FORM = re.compile(r'<form[^>]* action="([^"]+)"')
PROMPT = re.compile(r'name="prompt" value="(\w+)"')


class Provider:
    """One provider at one address, that may be stopped and started again with other keys."""

    def __init__(self, redirect_uris: list[str]) -> None:
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.clients = [
            client("mserve", redirect_uris),
            client("other", redirect_uris),
            client("symmetric", redirect_uris, id_token_signed_response_alg="HS256"),
        ]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, **more: Any) -> None:
        """`late`: seconds by which its clock is behind."""
        given = json.dumps({"port": self.port, "clients": self.clients, **more})
        self.process = subprocess.Popen(
            mortal("node", str(FOLDER / "provider.mjs"), given),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.process.stdout
        assert self.process.stdout.readline() == b"listening\n"

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


def client(name: str, redirect_uris: list[str], **more: str) -> dict[str, Any]:
    return {"client_id": name, "client_secret": SECRET, "redirect_uris": redirect_uris, **more}


@contextmanager
def provider(redirect_uris: list[str]) -> Iterator[Provider]:
    npm.install(FOLDER)
    found = Provider(redirect_uris)
    try:
        found.start()
        yield found
    finally:
        found.stop()


def log_in(url: str, name: str) -> str:
    """A person called `name` goes to `url`, logs in and agrees; where they are sent back to."""
    host = urlsplit(url).netloc
    with httpx.Client() as browser:
        answer = browser.get(url)
        for _ in range(12):
            if answer.is_redirect:
                place = answer.request.url.join(answer.headers["location"])
                if place.netloc.decode() != host:
                    return str(place)
                answer = browser.get(place)
            else:
                answer = _fill(browser, answer, name)
    raise AssertionError("the provider did not send the browser back")


def _fill(browser: httpx.Client, page: httpx.Response, name: str) -> httpx.Response:
    assert page.status_code == 200, page.text
    action, prompt = FORM.search(page.text), PROMPT.search(page.text)
    assert action and prompt, page.text
    place = page.request.url.join(unescape(action[1]))
    return browser.post(place, data={"prompt": prompt[1], "login": name, "password": "-"})


def parameters(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def changed(url: str, more: Mapping[str, str]) -> str:
    """`url` with other values of some of its parameters."""
    return f"{url.partition('?')[0]}?{urlencode({**parameters(url), **more})}"
