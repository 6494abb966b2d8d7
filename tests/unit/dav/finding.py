"""What the tests of PROPFIND and REPORT share: requests, and what their answers say."""

from typing import Any, NamedTuple
from urllib.parse import unquote

from defusedxml.ElementTree import fromstring

from tests.unit.conftest import Client

D, O, Z = "{DAV:}", "{http://owncloud.org/ns}", "{urn:schemas-microsoft-com:}"  # noqa: E741 - as answers call it
FILES = "/dav/demo/files"
ALL = f"{D}allprop"


class Told(NamedTuple):
    """A response: its status, else the elements that were found, by name, and those lacking."""

    status: int
    found: dict[str, Any]
    lacking: set[str]

    def text(self, name: str) -> str:
        return self.found[name].text or ""


def propfind(client: Client, path: str, *names: str, depth: str = "0", **options: Any) -> Any:
    """The answer; `names` in Clark's notation; none: all."""
    body = f'<propfind xmlns="DAV:"><prop>{elements(names)}</prop></propfind>' if names else ""
    options.setdefault("body", body.encode())
    return client("PROPFIND", path, headers={"Depth": depth}, **options)


def elements(names: Any) -> str:
    parts = (name[1:].partition("}") for name in names)
    return "".join(f'<{local} xmlns="{space}"/>' for space, _, local in parts)


def told(answer: Any) -> dict[str, Told]:
    """What a 207 says, by the paths below FILES."""
    assert answer.status_int == 207, answer.body
    found = {}
    for response in fromstring(answer.body).iterfind(f"{D}response"):
        path = unquote(response.findtext(f"{D}href")).removeprefix(FILES)
        assert path not in found
        found[path] = _told(response)
    return found


def _told(response: Any) -> Told:
    named: dict[int, dict[str, Any]] = {200: {}, 404: {}}
    for stat in response.iterfind(f"{D}propstat"):
        status = int(stat.findtext(f"{D}status").split()[1])
        named[status].update({each.tag: each for each in stat.find(f"{D}prop")})
    status = int((response.findtext(f"{D}status") or "x 200").split()[1])
    return Told(status, named[200], {*named[404]})


def sync(
    client: Client, token: str = "", level: str = "infinite", limit: int = 0, path: str = FILES
) -> Any:
    """The answer to a sync-collection report that asks for etags."""
    limited = f"<limit><nresults>{limit}</nresults></limit>" if limit else ""
    body = (
        f'<sync-collection xmlns="DAV:"><sync-token>{token}</sync-token>'
        f"<sync-level>{level}</sync-level>{limited}<prop><getetag/></prop></sync-collection>"
    )
    return client("REPORT", f"{path}/", body=body.encode(), headers={"Depth": "0"})


def token_of(answer: Any) -> str:
    return str(fromstring(answer.body).findtext(f"{D}sync-token"))


def changes(answer: Any) -> dict[str, int]:
    """The members that are told with their statuses: 200, or 404 where they are gone."""
    return {path: each.status for path, each in told(answer).items()}


def condition(answer: Any) -> str:
    """The condition of DAV: that a 403 names."""
    assert answer.status_int == 403, answer.body
    [element] = fromstring(answer.body)
    return str(element.tag).removeprefix(D)
