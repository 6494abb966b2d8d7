"""PROPPATCH: properties that clients set, kept as they came; all of a request, or none."""

from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from mserve.settings import Settings
from tests.unit.dav.conftest import DRIVE
from tests.unit.dav.finding import D, Z, propfind, told

FILE = f"{DRIVE}/in/a.txt"
NS = "{http://example.com/ns}"


@pytest.fixture(autouse=True)
def file(customer: Any) -> None:
    assert customer("PUT", "/demo/files/in/a.txt", body=b"x").status_int == 201


def update(steps: str) -> bytes:
    return (
        f'<D:propertyupdate xmlns:D="DAV:" xmlns:e="http://example.com/ns">{steps}'
        "</D:propertyupdate>"
    ).encode()


def patch(dav: Any, url: str, *, to: str = "", away: str = "") -> dict[str, int]:
    """The statuses by name."""
    steps = f"<D:set><D:prop>{to}</D:prop></D:set>" if to else ""
    steps += f"<D:remove><D:prop>{away}</D:prop></D:remove>" if away else ""
    return statuses(dav("PROPPATCH", url, body=update(steps)))


def statuses(answer: Any) -> dict[str, int]:
    assert answer.status_int == 207, answer.body
    return {
        each.tag: int(stat.findtext(f"{D}status").split()[1])
        for stat in fromstring(answer.body).iter(f"{D}propstat")
        for each in stat.find(f"{D}prop")
    }


def values(dav: Any, url: str, *names: str) -> dict[str, Any]:
    [found] = told(propfind(dav, url, *names)).values()
    return found.found


def test_what_is_set_is_there_until_it_is_taken_away(dav: Any) -> None:
    assert patch(dav, FILE, to="<e:a>one</e:a><e:b/>") == {f"{NS}a": 200, f"{NS}b": 200}
    found = values(dav, FILE, f"{NS}a", f"{NS}b")
    assert [found[f"{NS}{name}"].text for name in "ab"] == ["one", None]
    assert f"{NS}a" in values(dav, FILE)  # allprop
    assert patch(dav, FILE, to="<e:a>two</e:a>", away="<e:b/><e:c/>") == {
        f"{NS}a": 200, f"{NS}b": 200, f"{NS}c": 200}  # fmt: skip
    [found] = told(propfind(dav, FILE, f"{NS}a", f"{NS}b")).values()
    assert found.text(f"{NS}a") == "two" and found.lacking == {f"{NS}b"}


def test_steps_are_taken_in_their_order(dav: Any) -> None:
    one, none = "<D:set><D:prop><e:a>1</e:a></D:prop></D:set>", (
        "<D:remove><D:prop><e:a/></D:prop></D:remove>")  # fmt: skip
    dav("PROPPATCH", FILE, body=update(one + none))
    assert f"{NS}a" not in values(dav, FILE, f"{NS}a")
    dav("PROPPATCH", FILE, body=update(one + none + one))
    assert values(dav, FILE, f"{NS}a")[f"{NS}a"].text == "1"


VALUES = [
    "<e:a>x &amp; &lt;y&gt; \U0001f600 ]]&gt;</e:a>",
    '<e:a one="1" e:two="&quot;2&quot;">x<e:b>y<c xmlns="">z</c>w</e:b>v</e:a>',
    '<e:a xmlns:p="urn:p"><p:q p:r="s"/></e:a>',
    '<a xmlns="">none</a>',
    '<e:a xml:lang="de">Wort</e:a>',
    "<e:\u00e4>umlaut</e:\u00e4>",
]


def test_values_come_back_as_they_were(dav: Any) -> None:
    for value in VALUES:
        [sent] = fromstring(update(value))
        assert patch(dav, FILE, to=value) == {sent.tag: 200}
        kept = values(dav, FILE)[sent.tag]
        assert list(map(described, kept.iter())) == list(map(described, sent.iter()))


def described(element: Any) -> tuple[Any, ...]:
    return element.tag, element.text, element.tail, dict(element.attrib)


def test_the_language_is_kept(dav: Any) -> None:
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    steps = (
        '<D:set xml:lang="fr"><D:prop><e:a>mot</e:a><e:b xml:lang="de">Wort</e:b></D:prop></D:set>'
    )
    dav("PROPPATCH", FILE, body=update(steps))
    found = values(dav, FILE, f"{NS}a", f"{NS}b")
    assert [found[f"{NS}{name}"].get(lang) for name in "ab"] == ["fr", "de"]


LIVE = [
    "getetag", "getlastmodified", "lockdiscovery", "resourcetype", "creationdate", "displayname",
    "getcontentlength", "supportedlock", "quota-used-bytes", "sync-token",
]  # fmt: skip


def test_what_the_tree_knows_is_not_set(dav: Any) -> None:
    """And nothing else of that request."""
    for name in LIVE:
        answer = patch(dav, FILE, to=f"<e:a>x</e:a><D:{name}>1</D:{name}>", away="<e:b/>")
        assert answer == {f"{NS}a": 424, f"{D}{name}": 403, f"{NS}b": 424}
    assert f"{NS}a" not in values(dav, FILE, f"{NS}a")


def test_the_times_of_windows_are_set(dav: Any) -> None:
    name, date = f"{Z}Win32LastModifiedTime", "Fri, 27 Nov 2026 12:00:00 GMT"
    value = f'<Z:Win32LastModifiedTime xmlns:Z="{Z[1:-1]}">{date}</Z:Win32LastModifiedTime>'
    assert patch(dav, FILE, to=value) == {name: 200}
    assert values(dav, FILE, name)[name].text == date


class TestBounds:
    @pytest.fixture
    def lines(self, lines: dict[str, str]) -> dict[str, str]:
        return {**lines, "mserve.dav_properties": "3", "mserve.dav_properties_size": "300"}

    def test_there_are_bounds(self, dav: Any) -> None:
        few = "".join(f"<e:{name}/>" for name in "abc")
        assert set(patch(dav, FILE, to=few).values()) == {200}
        answer = patch(dav, FILE, to="<e:d/>")
        assert answer == {f"{NS}d": 507}
        assert patch(dav, FILE, to="<e:d/>", away="<e:a/>") == {f"{NS}d": 200, f"{NS}a": 200}
        assert patch(dav, FILE, to=f"<e:d>{'x' * 300}</e:d>", away="<e:b/>") == {
            f"{NS}d": 507, f"{NS}b": 424}  # fmt: skip
        assert {f"{NS}b", f"{NS}c", f"{NS}d"} <= values(dav, FILE).keys()

    def test_they_are_settings(self, lines: dict[str, str]) -> None:
        found = Settings.parse({**lines, "mserve.lock_timeout": "60"}).dav
        assert (found.lock_timeout, found.dav_properties, found.dav_properties_size) == (60, 3, 300)


def test_they_go_with_moves_and_copies(dav: Any) -> None:
    name = f"{NS}a"
    for url in (FILE, f"{DRIVE}/in"):
        patch(dav, url, to="<e:a>kept</e:a>")
    dav("COPY", f"{DRIVE}/in", headers={"Destination": f"{DRIVE}/out"})
    dav("MOVE", f"{DRIVE}/out", headers={"Destination": f"{DRIVE}/far"})
    for url in (f"{DRIVE}/far", f"{DRIVE}/far/a.txt"):
        assert values(dav, url, name)[name].text == "kept"
    dav("PUT", f"{DRIVE}/b.txt", body=b"b")
    dav("COPY", FILE, headers={"Destination": f"{DRIVE}/b.txt"})
    assert values(dav, f"{DRIVE}/b.txt", name)[name].text == "kept"
    dav("PUT", FILE, body=b"other")
    assert values(dav, FILE, name)[name].text == "kept"


def test_it_is_recorded_and_can_be_undone(dav: Any, admin: Any) -> None:
    patch(dav, FILE, to="<e:a>1</e:a>")
    url = "/demo/files/in/a.txt/-"
    dav.app.authorization = None
    [event, *_] = admin("GET", f"{url}/audit").json["items"]
    assert (event["action"], event["door"], event["after"]) == (
        "change", "dav", {"webdav": f"{NS}a"})  # fmt: skip
    [newest, *_] = admin("GET", f"{url}/history").json["items"]
    assert admin.json("POST", newest["url"], {"undo": True}).status_int == 200
    dav.app.authorization = ("Basic", ("anyone", dav.key))
    assert f"{NS}a" not in values(dav, FILE, f"{NS}a")


NONE = [
    b"", b"<x/>", b"none", update(""), update("<D:set/>"), update("<D:set><D:prop/></D:set>"),
    update("<D:set><D:prop><e:a>" + "<e:b>" * 60 + "</e:b>" * 60 + "</e:a></D:prop></D:set>"),
    b'<!DOCTYPE x [<!ENTITY a "b">]>' + update("<D:set><D:prop><e:a>&a;</e:a></D:prop></D:set>"),
]  # fmt: skip


def test_what_is_no_update_is_refused(dav: Any) -> None:
    for body in NONE:
        assert dav("PROPPATCH", FILE, body=body).status_int == 400


def test_who_may_not_write_sets_nothing(dav: Any, made: Any) -> None:
    dav.app.authorization = ("Basic", ("anyone", made("mfilereadonly").key))
    assert (
        dav("PROPPATCH", FILE, body=update("<D:set><D:prop><e:a/></D:prop></D:set>")).status_int
        == 403
    )
    assert dav("PROPPATCH", f"{DRIVE}/nothing", body=update("")).status_int == 404
